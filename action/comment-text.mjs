// What the action adds to brokerform's Markdown: for which commit it is, and which run wrote it.
import { serverUrl } from './surroundings.mjs';

const { env } = process;

/**
 * Two lines at the end of a comment: one for the runs that come later, which shows nowhere, and one for people. Only
 * the last lines are ever read back: what stands above them may hold names that look like these.
 */
export function footerOf(event) {
  const { BROKERFORM_DIGEST: digest, BROKERFORM_EXIT_CODE: code } = env;
  const facts = [
    `Commit ${commitOf(event)}`,
    runLink('run'),
    ...(/^sha256:[0-9a-f]{64}$/.test(digest ?? '') ? [`plan <code>${digest.slice(0, 19)}</code>`] : []),
    ...(/^[1-9]\d*$/.test(code ?? '') ? [`exit code ${code}`] : []),
  ];
  return `\n${job()} ${runNumber()} -->\n<sub>${facts.join(' · ')}</sub>\n`;
}

/** Whether a comment was written by an earlier run of the same command on the same project. */
export function isOfThisJob(body) {
  return trailer(body).startsWith(`${job()} `);
}

/** Whether a later run wrote it. Runs are numbered in the order in which they were created. */
export function isNewer(body) {
  const [, number = '0'] = /^<!-- run \S+ (\d{1,19}) -->$/.exec(trailer(body)) ?? [];
  return BigInt(number) > BigInt(runNumber());
}

/** Title and summary, up to the first section. */
export function shortened(text) {
  const lines = text.split('\n');
  const end = lines.findIndex((line) => /^(#### |<details|```)/.test(line));
  const head = lines.slice(0, Math.max(end, 1)).join('\n');
  const kept = head.length > 10_000 ? (lines[0] ?? '') : head;
  return `${kept}\n\nAll of it would be too long for a comment; ${runLink('the summary of the run')} has it.\n`;
}

export function commitOf(event) {
  const sha = event.pull_request?.head?.sha ?? env.GITHUB_SHA ?? '';
  return /^[0-9a-f]{7,64}$/.test(sha) ? `<code>${sha.slice(0, 9)}</code>` : '(unknown)';
}

export function runLink(text) {
  const number = runNumber();
  return number === '0' ? text : `[${text}](${serverUrl}/${env.GITHUB_REPOSITORY}/actions/runs/${number})`;
}

/** Names are anybody's; encoded, they hold no `>` that could end the HTML comment. */
function job() {
  const { BROKERFORM_COMMAND, BROKERFORM_WORKING_DIRECTORY, BROKERFORM_ENV } = env;
  const parts = [BROKERFORM_COMMAND, BROKERFORM_WORKING_DIRECTORY, BROKERFORM_ENV];
  const encoded = parts.map((part = '') => encodeURIComponent(part.toWellFormed()));
  return `<!-- run ${encoded.join('/')}`;
}

function runNumber() {
  return /^\d{1,19}$/.test(env.GITHUB_RUN_ID ?? '') ? (env.GITHUB_RUN_ID ?? '0') : '0';
}

function trailer(body) {
  return body.trimEnd().split(/\r?\n/).at(-2) ?? '';
}

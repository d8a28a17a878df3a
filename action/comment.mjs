// Writes the Markdown of a plan or a diff into the one comment of a pull request that is about it.
//
// The first line of the Markdown, which shows nowhere, tells one comment from another: of each command, project and
// environment there is one. Only comments of our own account are looked at, so that nobody can have theirs
// overwritten, or make us write into one that they control.
import { readFileSync } from 'node:fs';
import { footerOf, isNewer, isOfThisJob, shortened } from './comment-text.mjs';
import { createGitHub, GitHubError, sleep } from './github.mjs';
import { annotate, apiUrl, graphqlUrl, main, readEvent, summarize } from './surroundings.mjs';

const { env } = process;
const MARKER = /^<!-- brokerform:[ -~]+ -->$/;
/** GitHub's limit is 65,536. */
const LONGEST = 65_000;
const ROUNDS = 4;

await main(async () => {
  const event = readEvent();
  const number = pullRequestOf(event);
  if (number === undefined) {
    annotate('notice', 'this run belongs to no pull request, so there is nothing to comment on');
    return 0;
  }
  const { GITHUB_REPOSITORY: repository = '', BROKERFORM_TOKEN: token = '' } = env;
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository) || token === '') {
    return leaveToSummary('the comment was not written, as there is no token or no GITHUB_REPOSITORY');
  }
  const issues = `/repos/${repository}/issues`;
  const github = createGitHub({ url: apiUrl, token });
  const place = { github, issues, list: `${issues}/${number}/comments` };
  const markdown = readMarkdown();
  try {
    await upsert(place, markdown, event);
    return 0;
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error;
    if (error.status === 403 || error.status === 404) return leaveToSummary(whyNot(error, event, repository));
    annotate('error', `the comment could not be written: ${error.message}. Run the job again`);
    return 1;
  }
});

function pullRequestOf(event) {
  const number = event.pull_request?.number;
  return Number.isSafeInteger(number) && number > 0 ? number : undefined;
}

function readMarkdown() {
  const file = env.BROKERFORM_MARKDOWN ?? '';
  const text = readFileSync(file, 'utf8');
  const marker = firstLine(text);
  if (!MARKER.test(marker)) throw new Error(`${file} does not begin with brokerform's marker`);
  return { marker, text };
}

function whyNot({ status, message }, event, repository) {
  const from = event.pull_request?.head?.repo?.full_name;
  if (event.pull_request && from !== repository) {
    return 'the comment was not written, because runs for pull requests from forks may only read';
  }
  const words = status === 404 ? `${message}, which is also what those hear who may not know` : message;
  return `the comment was not written (${words}); the job needs "permissions: pull-requests: write"`;
}

function leaveToSummary(reason) {
  annotate('notice', `${reason}. The summary of this run has all that it would say`);
  summarize('\n> [!NOTE]\n> This is not in a comment of the pull request; a notice of this run says why.\n');
  return 0;
}

/**
 * Updates the comment, or creates it. Every round looks again: a lost answer may have created one, and so may a run
 * beside this one. Of several the oldest stays, so that all runs agree on which.
 */
async function upsert({ github, issues, list }, { marker, text }, event) {
  const author = await whoAmI(github);
  const footer = footerOf(event);
  const whole = `${text}${footer}`;
  const short = `${shortened(text)}${footer}`;
  let body = whole.length > LONGEST ? short : whole;
  let created;
  for (let round = 1; ; round++) {
    const [oldest, ...others] = await ourComments(github, list, author, marker);
    // What was just created may not be in the list yet.
    if (!oldest && created !== undefined) return;
    try {
      if (!oldest) {
        created = (await github.request('POST', list, { body })).id;
        continue;
      }
      if (isNewer(oldest.body)) {
        console.log('A newer run has written the comment already.');
        return await remove(
          github,
          issues,
          others.filter(({ id }) => id === created),
        );
      }
      if (oldest.id !== created) await github.request('PATCH', `${issues}/comments/${oldest.id}`, { body });
      await remove(github, issues, others);
      console.log(`Comment: ${oldest.html_url ?? oldest.id}`);
      return;
    } catch (error) {
      if (!(error instanceof GitHubError) || round === ROUNDS) throw error;
      const { status, message } = error;
      const isTooLong = status === 422 && /too long/i.test(message) && body !== short;
      const wasDeleted = status === 404 && oldest !== undefined;
      const isLost = (status === 0 || status >= 500) && oldest === undefined;
      if (isTooLong) body = short;
      else if (isLost) await sleep(1000 * round);
      else if (!wasDeleted) throw error;
    }
  }
}

/**
 * Comments that our own account wrote on this, oldest first: those with the marker, and what the same job wrote when it
 * could not tell the name of the project, or under another one.
 */
async function ourComments(github, list, author, marker) {
  const all = await github.list(list);
  return all
    .map((comment) => ({ ...comment, body: String(comment.body ?? '') }))
    .filter(({ user, body }) => user?.login === author && (firstLine(body) === marker || isOfThisJob(body)))
    .sort((a, b) => a.id - b.id);
}

function firstLine(text) {
  return text.split(/\r?\n/, 1)[0] ?? '';
}

/** REST tells a workflow's token nothing about its own account; GraphQL does. */
async function whoAmI(github) {
  const query = { query: '{ viewer { login } }' };
  const answer = await github.request('POST', graphqlUrl, query, { repeatable: true });
  const login = answer?.data?.viewer?.login;
  if (typeof login !== 'string') throw new GitHubError(403, 'GitHub does not say whose token this is');
  return login;
}

async function remove(github, issues, comments) {
  for (const { id } of comments) {
    await github.request('DELETE', `${issues}/comments/${id}`).catch((error) => {
      if (error.status !== 404) throw error;
    });
  }
}

// What the runner tells through the environment, and how to tell it something; all of it may be missing.
import { appendFileSync, readFileSync } from 'node:fs';

const { env } = process;

/** The event that started the workflow; empty where there is none. */
export function readEvent() {
  if (!env.GITHUB_EVENT_PATH) return {};
  try {
    return JSON.parse(readFileSync(env.GITHUB_EVENT_PATH, 'utf8'));
  } catch (error) {
    annotate(
      'warning',
      `GITHUB_EVENT_PATH cannot be read: ${error instanceof Error ? error.message : error}`,
    );
    return {};
  }
}

/**
 * @param {'error' | 'warning' | 'notice'} level
 * @param {string} message of anybody: it cannot end early, or be a command of its own
 */
export function annotate(level, message) {
  const title = `brokerform ${env.BROKERFORM_COMMAND ?? ''}`.trim();
  if (!env.GITHUB_ACTIONS) {
    console.error(`${level}: ${title}: ${message}`);
    return;
  }
  const data = message.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  console.log(`::${level} title=${title.replace(/[%\r\n:,]/g, ' ')}::${data}`);
}

/** @param {string} markdown */
export function summarize(markdown) {
  if (env.GITHUB_STEP_SUMMARY) appendFileSync(env.GITHUB_STEP_SUMMARY, markdown);
}

/**
 * @param {string} name
 * @param {string} value one line
 */
export function setOutput(name, value) {
  const line = `${name}=${value.replace(/[\r\n]/g, ' ')}\n`;
  if (env.GITHUB_OUTPUT) appendFileSync(env.GITHUB_OUTPUT, line);
  else process.stderr.write(`output ${line}`);
}

export const serverUrl = env.GITHUB_SERVER_URL || 'https://github.com';
export const apiUrl = (env.GITHUB_API_URL || 'https://api.github.com').replace(/\/$/, '');
export const graphqlUrl = env.GITHUB_GRAPHQL_URL || `${apiUrl}/graphql`;

/** Ends the process with what went wrong; a bug keeps its stack trace. */
export async function main(work) {
  try {
    process.exitCode = await work();
  } catch (error) {
    if (error?.name !== 'GitHubError') throw error;
    annotate('error', error.message);
    process.exitCode = 1;
  }
}

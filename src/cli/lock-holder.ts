import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import type { LockHolder } from '../model/index.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Where CI systems tell the URL of the running job, each with the documentation of its variables. */
const JOBS: readonly ((env: Env) => string | undefined)[] = [
  // https://docs.github.com/en/actions/reference/workflows-and-actions/variables
  ({ GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run }) =>
    server && repository && run ? `${server}/${repository}/actions/runs/${run}` : undefined,
  // https://docs.gitlab.com/ci/variables/predefined_variables/
  ({ CI_JOB_URL: url }) => url,
  // https://www.jenkins.io/doc/book/pipeline/jenkinsfile/#using-environment-variables
  ({ BUILD_URL: url }) => url,
  // https://buildkite.com/docs/pipelines/configure/environment-variables
  ({ BUILDKITE_BUILD_URL: url }) => url,
  // https://circleci.com/docs/reference/variables/
  ({ CIRCLE_BUILD_URL: url }) => url,
  // https://learn.microsoft.com/en-us/azure/devops/pipelines/build/variables
  ({ SYSTEM_COLLECTIONURI: server, SYSTEM_TEAMPROJECT: project, BUILD_BUILDID: build }) =>
    server && project && build ? `${server}${project}/_build/results?buildId=${build}` : undefined,
];

/** This process, as others see it while it holds a lock. */
export function lockHolder(env: Env, now: Date): LockHolder {
  const job = JOBS.map((urlIn) => withoutCredentials(urlIn(env))).find((url) => url !== undefined);
  const user = userName();
  return {
    ...{ id: randomUUID(), host: hostname(), pid: process.pid, since: now.toISOString() },
    ...(user !== undefined && { user }),
    ...(job !== undefined && { job }),
  };
}

/** Undefined for what is no URL. */
function withoutCredentials(text: string | undefined): string | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  url.username = '';
  url.password = '';
  return url.href;
}

/** Undefined for a user id without an entry, as containers have it. */
function userName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}

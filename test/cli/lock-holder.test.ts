import { hostname, userInfo } from 'node:os';
import { expect, test } from 'vitest';
import { lockHolder } from '../../src/cli/lock-holder.ts';

const NOW = new Date('2026-11-27T12:03:11.250Z');
const jobIn = (env: Record<string, string>) => lockHolder(env, NOW).job;

test('a process says who it is', () => {
  expect(lockHolder({}, NOW)).toEqual({
    ...{ id: expect.stringMatching(/^[\da-f-]{36}$/), host: hostname(), user: userInfo().username },
    ...{ pid: process.pid, since: '2026-11-27T12:03:11.250Z' },
  });
  expect(lockHolder({}, NOW).id).not.toBe(lockHolder({}, NOW).id);
});

test.each([
  [
    'GitHub',
    { GITHUB_SERVER_URL: 'https://github.com', GITHUB_REPOSITORY: 'shop/mq', GITHUB_RUN_ID: '42' },
    'https://github.com/shop/mq/actions/runs/42',
  ],
  ['GitLab', { CI_JOB_URL: 'https://gitlab.com/shop/mq/-/jobs/7' }, 'https://gitlab.com/shop/mq/-/jobs/7'],
  ['Jenkins', { BUILD_URL: 'https://ci.example/job/mq/5/' }, 'https://ci.example/job/mq/5/'],
  [
    'Buildkite',
    { BUILDKITE_BUILD_URL: 'https://buildkite.com/s/m/builds/1' },
    'https://buildkite.com/s/m/builds/1',
  ],
  ['CircleCI', { CIRCLE_BUILD_URL: 'https://circleci.com/gh/s/m/1' }, 'https://circleci.com/gh/s/m/1'],
  [
    'Azure',
    { SYSTEM_COLLECTIONURI: 'https://dev.azure.com/s/', SYSTEM_TEAMPROJECT: 'my mq', BUILD_BUILDID: '9' },
    'https://dev.azure.com/s/my%20mq/_build/results?buildId=9',
  ],
])('%s: the URL of the job', (_, env, url) => {
  expect(jobIn(env)).toBe(url);
});

test('no credentials of a URL, and nothing that is none', () => {
  expect(jobIn({ BUILD_URL: 'https://me:s3cret@ci.example/1' })).toBe('https://ci.example/1');
  expect(jobIn({ BUILD_URL: 'build 5', CI_JOB_URL: '' })).toBeUndefined();
  expect(jobIn({ GITHUB_RUN_ID: '42' })).toBeUndefined();
});

import { expect, type TestContext, test } from 'vitest';
import { BOT } from './github.ts';
import { MARKER, PLAN, PullRequest } from './pull-request.ts';

// The step waits for real, so that these run at once, each with a GitHub of its own.

async function opened(onTestFinished: TestContext['onTestFinished']) {
  const pull = await PullRequest.open();
  onTestFinished(() => pull.close());
  return { pull, github: pull.github };
}

test.concurrent('a server that fails is asked again, with what can be done twice', async ({
  onTestFinished,
}) => {
  const { pull, github } = await opened(onTestFinished);
  github.say(`${MARKER}\nold`, BOT);
  const failures: Record<string, number> = { GET: 1, PATCH: 1, POST: 1 };
  github.intercept = ({ method }) => {
    const left = failures[method] ?? 0;
    failures[method] = left - 1;
    return left > 0 ? { status: 502 } : undefined;
  };
  expect((await pull.comment()).code).toBe(0);
  expect(pull.bodies[0]).toContain(PLAN);
});

test.concurrent('a creation whose answer was lost is looked for, not done twice', async ({
  onTestFinished,
}) => {
  const { pull, github } = await opened(onTestFinished);
  let isLost = false;
  github.intercept = ({ method, path, body }) => {
    if (method !== 'POST' || path === '/graphql' || isLost) return undefined;
    isLost = true;
    github.say(String(body.body), BOT);
    return 'hang up';
  };
  expect((await pull.comment()).code).toBe(0);
  expect(github.comments).toHaveLength(1);
  expect(github.writes.map((write) => write.split(' ')[0])).toEqual(['POST', 'PATCH']);
});

test.concurrent('GitHub says when to come back, and that long is waited', async ({ onTestFinished }) => {
  const { pull, github } = await opened(onTestFinished);
  let refusals = 0;
  github.intercept = ({ method, path }) => {
    if (method !== 'POST' || path === '/graphql' || refusals > 0) return undefined;
    refusals++;
    return { status: 403, headers: { 'retry-after': '1' }, body: { message: 'secondary rate limit' } };
  };
  const start = Date.now();
  expect((await pull.comment()).code).toBe(0);
  expect(Date.now() - start).toBeGreaterThanOrEqual(1000);
  expect(github.comments).toHaveLength(1);
});

test.concurrent('a limit that is used up is waited for until it is set anew', async ({ onTestFinished }) => {
  const { pull, github } = await opened(onTestFinished);
  let refusals = 0;
  github.intercept = ({ method, path }) => {
    if (method !== 'GET' || path === '/graphql' || refusals > 0) return undefined;
    refusals++;
    const reset = String(Math.ceil(Date.now() / 1000) + 1);
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset };
    return { status: 403, headers, body: { message: 'API rate limit exceeded' } };
  };
  const start = Date.now();
  expect((await pull.comment()).code).toBe(0);
  expect(Date.now() - start).toBeGreaterThanOrEqual(1000);
  expect(refusals).toBe(1);
});

test.concurrent('a wait that would take longer than another run is not waited for', async ({
  onTestFinished,
}) => {
  const { pull, github } = await opened(onTestFinished);
  github.intercept = () => ({
    status: 429,
    headers: { 'retry-after': '3600' },
    body: { message: 'slow down' },
  });
  const { code, stdout } = await pull.comment();
  expect(code).toBe(1);
  expect(stdout).toContain('slow down');
});

test.concurrent('a server that stays down fails the step: the reviewer would read the plan of an earlier commit', async ({
  onTestFinished,
}) => {
  const { pull, github } = await opened(onTestFinished);
  github.intercept = () => ({ status: 500, body: { message: 'down' } });
  const { code, stdout } = await pull.comment();
  expect(code).toBe(1);
  expect(stdout).toMatch(/^::error .*down.*Run the job again/m);
});

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { GitHub, REPOSITORY } from './github.ts';
import { Runner, type StepResult } from './step.ts';

const github = new GitHub();
const runner = new Runner();

beforeAll(() => github.start());
beforeEach(() => github.reset());
afterAll(async () => {
  await github.stop();
  runner.remove();
});

const MERGED = 'a'.repeat(40);
const REVIEWED = 'b'.repeat(40);
const ARTIFACT = 'brokerform-plan-production';
const repo = `/repos/${REPOSITORY}`;

interface Run {
  id: number;
  head_sha?: string;
  from?: string;
  artifacts?: { name: string; expired?: boolean }[];
}

/** This run is 900; runs of pull requests are as given. */
function history({ pulls, runs, own = [] }: { pulls: unknown[]; runs: Run[]; own?: Run['artifacts'] }): void {
  github.lists.set(`${repo}/commits/${MERGED}/pulls`, { items: () => pulls });
  github.lists.set(`${repo}/actions/runs`, {
    key: 'workflow_runs',
    items: (query) =>
      query.get('event') !== 'pull_request'
        ? []
        : runs
            .map(({ id, head_sha = REVIEWED, from = REPOSITORY }) => ({
              id,
              head_sha,
              head_repository: { full_name: from },
            }))
            .filter((run) => run.head_sha === query.get('head_sha')),
  });
  for (const { id, artifacts = [] } of [...runs, { id: 900, artifacts: own }]) {
    github.lists.set(`${repo}/actions/runs/${id}/artifacts`, { key: 'artifacts', items: () => artifacts });
  }
}

const merged = {
  number: 7,
  merged_at: '2026-11-20T00:00:00Z',
  merge_commit_sha: MERGED,
  head: { sha: REVIEWED },
};
const stored = [{ name: ARTIFACT, expired: false }];

function find(env: Record<string, string> = {}): Promise<StepResult> {
  return runner.run('find-plan.mjs', {
    GITHUB_API_URL: github.url,
    GITHUB_REPOSITORY: REPOSITORY,
    GITHUB_SHA: MERGED,
    GITHUB_RUN_ID: '900',
    BROKERFORM_TOKEN: 'secret-token',
    BROKERFORM_COMMAND: 'apply',
    BROKERFORM_ARTIFACT: ARTIFACT,
    ...env,
  });
}

test('a plan that this run stored comes first', async () => {
  history({ pulls: [merged], runs: [{ id: 1, artifacts: stored }], own: stored });
  const { code, outputs } = await find();
  expect({ code, outputs }).toEqual({ code: 0, outputs: { 'run-id': '900' } });
});

test('else that of the newest run for the last commit of the pull request that was merged', async () => {
  const other = { number: 6, merged_at: null, merge_commit_sha: MERGED, head: { sha: 'c'.repeat(40) } };
  history({
    pulls: [other, merged],
    runs: [
      { id: 11, artifacts: stored },
      { id: 12, artifacts: stored },
      { id: 13, artifacts: [{ name: 'brokerform-plan-staging' }] },
      { id: 14, artifacts: [{ name: ARTIFACT, expired: true }] },
      { id: 15, head_sha: 'c'.repeat(40), artifacts: stored },
    ],
  });
  expect((await find()).outputs).toEqual({ 'run-id': '12' });
});

test('runs are looked through to the last page', async () => {
  const runs = Array.from(
    { length: 205 },
    (_, i): Run => ({ id: 1000 - i, ...(i === 204 && { artifacts: stored }) }),
  );
  history({ pulls: [merged], runs });
  expect((await find()).outputs).toEqual({ 'run-id': '796' });
});

test('what a fork has stored is no plan, even for the very same commit', async () => {
  history({ pulls: [merged], runs: [{ id: 20, from: 'mallory/shop', artifacts: stored }] });
  const { code, outputs } = await find();
  expect({ code, outputs }).toEqual({ code: 4, outputs: { 'exit-code': '4' } });
});

test('a commit that was pushed without a pull request has no reviewed plan', async () => {
  history({ pulls: [{ ...merged, merge_commit_sha: 'd'.repeat(40) }], runs: [{ id: 1, artifacts: stored }] });
  const { code, stdout, summary } = await find();
  expect(code).toBe(4);
  expect(stdout).toMatch(/^::error title=brokerform apply::.*no merged pull request.*nothing was applied/m);
  expect(summary).toContain('Nothing was applied');
});

test('a token that may not look is told what it needs', async () => {
  github.intercept = () => ({ status: 403, body: { message: 'Resource not accessible by integration' } });
  const { code, stdout } = await find();
  expect(code).toBe(1);
  expect(stdout).toContain('actions: read');
});

test.each(['GITHUB_SHA', 'GITHUB_RUN_ID', 'GITHUB_REPOSITORY', 'BROKERFORM_TOKEN'])(
  'without %s it says what is missing',
  async (name) => {
    const { code, stdout } = await find({ [name]: '' });
    expect(code).toBe(1);
    expect(stdout).toContain('name its file');
    expect(github.requests).toEqual([]);
  },
);

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { brokerformOf, REAL, STAND_IN } from './brokerform.ts';
import { Runner } from './step.ts';

const runner = new Runner();
const { PATH, ARGUMENTS, argumentsOf, program } = brokerformOf(runner);
afterAll(() => runner.remove());

describe('a diff', () => {
  const repository = join(runner.folder, 'clone');
  const upstream = join(runner.folder, 'upstream');
  const env = {
    PATH,
    HOME: runner.folder,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a@example.com',
    GIT_COMMITTER_NAME: 'a',
    GIT_COMMITTER_EMAIL: 'a@example.com',
  };
  const git = (cwd: string, ...args: string[]) =>
    execFileSync('git', args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();

  /** main goes on after the branch was made; what is checked out is the merge of both, as GitHub makes it. */
  function pullRequest(depth: number): { base: string; main: string } {
    rmSync(repository, { recursive: true, force: true });
    rmSync(upstream, { recursive: true, force: true });
    mkdirSync(join(upstream, 'topologies'), { recursive: true });
    git(upstream, 'init', '--quiet', '--initial-branch=main');
    git(upstream, 'config', 'uploadpack.allowAnySHA1InWant', 'true');
    const write = (name: string, text: string) => {
      writeFileSync(join(upstream, name), text);
      git(upstream, 'add', '.');
      git(upstream, 'commit', '--quiet', '--message', name);
    };
    write(
      'brokerform.yaml',
      'project: shop\nbrokers:\n  main: { type: rabbitmq, url: "amqp://localhost" }\n',
    );
    write('topologies/orders.yaml', 'rabbitmq:\n  queues:\n    orders: { type: quorum, max-length: 10 }\n');
    const base = git(upstream, 'rev-parse', 'HEAD');
    git(upstream, 'checkout', '--quiet', '-b', 'branch');
    write('topologies/audit.yaml', 'rabbitmq:\n  queues:\n    audit: { type: quorum, max-length: 10 }\n');
    git(upstream, 'checkout', '--quiet', 'main');
    write('topologies/later.yaml', 'rabbitmq:\n  queues:\n    later: { type: quorum, max-length: 10 }\n');
    const main = git(upstream, 'rev-parse', 'HEAD');
    git(upstream, 'merge', '--quiet', '--no-edit', 'branch');
    git(runner.folder, 'clone', '--quiet', `--depth=${depth}`, `file://${upstream}`, repository);
    return { base, main };
  }

  const run = (more: Record<string, string>) =>
    runner.run('run.sh', {
      ...env,
      BROKERFORM_COMMAND: 'diff',
      BROKERFORM_WORKING_DIRECTORY: 'clone',
      ...more,
    });

  beforeEach(() => program(REAL));

  test.each([1, 2])(
    'in a clone of depth %i shows what the branch changes, and not what others did meanwhile',
    async (depth) => {
      const { base } = pullRequest(depth);
      const GITHUB_SHA = git(repository, 'rev-parse', 'HEAD');
      const { code, stdout, stderr, outputs } = await run({ GITHUB_SHA, BROKERFORM_BASE_SHA: base });
      expect(code, stdout + stderr).toBe(0);
      expect(outputs).toMatchObject({ 'exit-code': '0', 'has-changes': 'true', risk: 'safe' });
      expect(outputs.plan).toBeUndefined();
      const markdown = readFileSync(outputs.markdown ?? '', 'utf8');
      expect(markdown).toMatch(/^<!-- brokerform:diff project=shop -->\n/);
      expect(markdown).toContain('audit');
      expect(markdown).not.toContain('later');
    },
  );

  test('takes the revision that is named, and one that is not there is told', async () => {
    const { main } = pullRequest(1);
    const { outputs } = await run({ BROKERFORM_BASE: main });
    expect(outputs['has-changes']).toBe('true');
    const { code, stdout } = await run({ BROKERFORM_BASE: 'v1.0 ; touch pwned' });
    expect(code).toBe(65);
    expect(stdout).toMatch(/^::error .*fetch-depth: 0/m);
    expect((await run({ BROKERFORM_BASE: '--upload-pack=touch pwned' })).code).toBe(64);
    expect(existsSync(join(repository, 'pwned'))).toBe(false);
  });

  test('a plan gets the same base, and does without where that is not there', async () => {
    program(STAND_IN);
    const { base, main } = pullRequest(2);
    const GITHUB_SHA = git(repository, 'rev-parse', 'HEAD');
    const plan = { BROKERFORM_COMMAND: 'plan', ARGUMENTS, GITHUB_SHA };
    expect((await run({ ...plan, BROKERFORM_BASE_SHA: base })).code).toBe(0);
    expect(argumentsOf()).toContain(`--base=${main}`);
    const lost = await run({ ...plan, BROKERFORM_BASE: 'no-such-branch' });
    expect(lost.code).toBe(0);
    expect(lost.stdout).toMatch(/^::warning .*fetch-depth: 0/m);
    expect(argumentsOf().join(' ')).not.toContain('--base');
    await run(plan);
    expect(argumentsOf().join(' ')).not.toContain('--base');
  });

  test('outside of a pull request it wants to know what to compare with', async () => {
    pullRequest(1);
    const { code, stdout } = await run({ GITHUB_SHA: 'f'.repeat(40) });
    expect(code).toBe(64);
    expect(stdout).toContain('what to compare with');
  });
});

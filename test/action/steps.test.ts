import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { mainArguments } from '../cli/run-process.ts';
import { Runner } from './step.ts';

const runner = new Runner();
const bin = join(runner.folder, 'bin');
const PATH = `${bin}${delimiter}${process.env.PATH}`;

beforeEach(() => {
  mkdirSync(bin, { recursive: true });
  mkdirSync(join(runner.folder, 'topologies'), { recursive: true });
  runner.file(
    'brokerform.yaml',
    'project: shop\nbrokers:\n  main: { type: rabbitmq, url: "amqp://localhost" }\n',
  );
  runner.file('topologies/shop.yaml', 'rabbitmq:\n  queues:\n    orders: { type: quorum }\n');
});
afterAll(() => runner.remove());

function program(script: string): void {
  writeFileSync(join(bin, 'brokerform'), `#!/usr/bin/env bash\n${script}`);
  chmodSync(join(bin, 'brokerform'), 0o755);
}

const quote = (words: readonly string[]) => words.map((word) => `'${word}'`).join(' ');
/** The real one; where it would go to a broker it takes one that has nothing. */
const REAL = `against=; [ "$1" != plan ] || against=--against=none\nexec ${quote([process.execPath, ...mainArguments([])])} "$@" $against\n`;

/** Writes down its arguments, fills the files that it was asked for, prints what it is told and ends as it is told. */
const STAND_IN = `
printf '%s\\n' "$@" >"$ARGUMENTS"
for argument; do
  case $argument in --out=* | --json-into=* | --markdown-into=* | --report=*)
    file=\${argument#*=}; [ -z "\${FILES_FROM:-}" ] || cp "$FILES_FROM/\${file##*/}" "$file" 2>/dev/null ;;
  esac
done
printf '%b' "\${PRINTED:-}"
exit "\${ENDS_WITH:-0}"
`;

function planned(risks: readonly string[], { blocked = false } = {}): string {
  const steps = risks.map((name) => ({ risks: [{ class: name }] }));
  const plan = { version: 1, waves: [steps], blockers: blocked ? [{}] : [] };
  return JSON.stringify({ brokerform: 'plan', digest: `sha256:${'ab'.repeat(32)}`, plan });
}

/** Lets the stand-in answer with these files. */
function answering(files: Record<string, string>): string {
  const folder = join(runner.folder, 'answers');
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const ARGUMENTS = join(runner.folder, 'arguments');
const argumentsOf = () => readFileSync(ARGUMENTS, 'utf8').trimEnd().split('\n');

describe('with the real brokerform', () => {
  beforeEach(() => program(REAL));

  test('a plan with differences is a success, with outputs that tell of it', async () => {
    const result = await runner.run('run.sh', { PATH, BROKERFORM_COMMAND: 'plan' });
    expect(result.code, result.stdout + result.stderr).toBe(0);
    const { outputs, summary } = result;
    expect(outputs).toMatchObject({ 'exit-code': '0', 'has-changes': 'true', risk: 'safe' });
    expect(outputs.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(outputs.plan).toMatch(/saved-plan\.json$/);
    expect(JSON.parse(readFileSync(outputs.plan ?? '', 'utf8')).brokerform).toBe('plan');
    expect(readFileSync(outputs.markdown ?? '', 'utf8')).toMatch(/^<!-- brokerform:plan project=shop -->\n/);
    expect(summary).toContain('orders');
  });

  test('no differences', async () => {
    runner.file('topologies/shop.yaml', 'rabbitmq: {}\n');
    const { outputs } = await runner.run('run.sh', { PATH, BROKERFORM_COMMAND: 'plan' });
    expect(outputs).toMatchObject({ 'exit-code': '0', 'has-changes': 'false', risk: 'none' });
  });

  test('what is wrong in the YAML is annotated, and in a SARIF file', async () => {
    runner.file('topologies/shop.yaml', 'rabbitmq:\n  queue:\n    orders: {}\n');
    const { code, outputs, stdout } = await runner.run('run.sh', {
      PATH,
      BROKERFORM_COMMAND: 'validate',
      GITHUB_WORKSPACE: runner.folder,
    });
    expect(code).toBe(0);
    expect(outputs['exit-code']).toBe('65');
    expect(stdout).toMatch(/^::error .*file=topologies\/shop\.yaml,line=2/m);
    expect(JSON.parse(readFileSync(outputs.sarif ?? '', 'utf8')).version).toBe('2.1.0');
  });

  test('a plan that cannot be made says so in its Markdown, and stores none', async () => {
    runner.file('topologies/shop.yaml', 'rabbitmq:\n  queue:\n    orders: {}\n');
    const { outputs } = await runner.run('run.sh', { PATH, BROKERFORM_COMMAND: 'plan' });
    expect(outputs).toMatchObject({ 'exit-code': '65', 'has-changes': '', risk: '' });
    expect(outputs.plan).toBeUndefined();
    expect(readFileSync(outputs.markdown ?? '', 'utf8')).toMatch(/^<!-- brokerform:plan /);
  });

  test('a project in a folder of its own, without any of the variables of GitHub', async () => {
    const sub = join(runner.folder, 'sub dir');
    mkdirSync(join(sub, 'topologies'), { recursive: true });
    writeFileSync(
      join(sub, 'brokerform.yaml'),
      'project: sub\nbrokers: { b: { type: nats, servers: [nats://x] } }\n',
    );
    writeFileSync(join(sub, 'topologies/a.yaml'), 'nats: { streams: { ORDERS: { subjects: [o.>] } } }\n');
    const { code, stdout, stderr } = await runner.runOutside('run.sh', {
      PATH,
      BROKERFORM_COMMAND: 'plan',
      BROKERFORM_WORKING_DIRECTORY: 'sub dir',
    });
    expect(code, stderr).toBe(0);
    expect(stdout).toContain('Plan sub');
    expect(stdout).not.toContain('::');
    expect(stderr).toContain('output has-changes=true');
  });
});

describe('what is handed to brokerform', () => {
  beforeEach(() => program(STAND_IN));

  test('values are values, whatever they look like', async () => {
    const hostile = '--config=/etc/passwd $(touch pwned) `touch pwned` ; touch pwned';
    await runner.run('run.sh', {
      PATH,
      ARGUMENTS,
      BROKERFORM_COMMAND: 'plan',
      BROKERFORM_ENV: hostile,
      BROKERFORM_PRUNE: 'true',
      BROKERFORM_ALLOW: `destructive:main/queue/a\n\n  protected:b  \r\n${hostile}`,
    });
    const given = argumentsOf();
    expect(given[0]).toBe('plan');
    expect(given).toContain(`--env=${hostile}`);
    expect(given).toContain('--prune');
    expect(given.filter((argument) => argument.startsWith('--allow='))).toEqual([
      '--allow=destructive:main/queue/a',
      '--allow=protected:b',
      `--allow=${hostile}`,
    ]);
    expect(existsSync(join(runner.folder, 'pwned'))).toBe(false);
  });

  test('further options come before those of the action, one a line', async () => {
    const plan = runner.file('stored.json', planned(['safe']));
    const run = async (command: string, args: string) => {
      await runner.run('run.sh', {
        ...{ PATH, ARGUMENTS, BROKERFORM_COMMAND: command, BROKERFORM_ARGS: args },
        ...(command === 'apply' && { BROKERFORM_PLAN: 'stored.json' }),
      });
      return argumentsOf();
    };
    const planning = await run('plan', '--move=main/queue/%2F/a b\n\n  --no-preview \r\n--out=mine.json');
    expect(planning.slice(0, 4)).toEqual([
      'plan',
      '--move=main/queue/%2F/a b',
      '--no-preview',
      '--out=mine.json',
    ]);
    expect(planning.at(-1)).toMatch(/^--out=.*saved-plan\.json$/);
    const applying = await run('apply', '--wait-for-lock=30m\n--limit-rate=500');
    expect(applying).toEqual([
      ...['apply', '--wait-for-lock=30m', '--limit-rate=500'],
      ...[expect.stringMatching(/^--report=/), plan],
    ]);
  });

  test('an apply gets the stored plan, and reports', async () => {
    const plan = runner.file('stored.json', planned(['safe']));
    const { outputs, summary } = await runner.run('run.sh', {
      PATH,
      ARGUMENTS,
      FILES_FROM: answering({ 'report.json': '{}' }),
      PRINTED: '2 applied\\n```\\n# no heading\\n',
      BROKERFORM_COMMAND: 'apply',
      BROKERFORM_PLAN: 'stored.json',
    });
    expect(summary).toContain(
      'exit code 0\n\nPlan <code>sha256:abababababab</code>\n\n\n\n    2 applied\n    ```\n    # no heading\n',
    );
    expect(argumentsOf().at(-1)).toBe(plan);
    expect(outputs).toMatchObject({ 'exit-code': '0', plan });
    expect(outputs.report).toMatch(/report\.json$/);
  });

  test('an apply without its plan is wrong usage', async () => {
    const { code, stdout } = await runner.run('run.sh', {
      PATH,
      ARGUMENTS,
      BROKERFORM_COMMAND: 'apply',
      BROKERFORM_PLAN: 'nowhere.json',
    });
    expect(code).toBe(64);
    expect(stdout).toContain('nowhere.json');
  });
});

describe('how brokerform ends', () => {
  beforeEach(() => program(STAND_IN));

  const run = (command: string, code: number, env: Record<string, string> = {}) =>
    runner.run('run.sh', {
      PATH,
      ARGUMENTS,
      BROKERFORM_COMMAND: command,
      BROKERFORM_PLAN: command === 'apply' ? runner.file('stored.json', planned(['disruptive'])) : '',
      ENDS_WITH: String(code),
      ...env,
    });

  test.each([
    ['plan', 1, 'could not be reached'],
    ['validate', 3, 'findings'],
    ['plan', 3, 'lint findings'],
    ['apply', 3, 'blocked'],
    ['apply', 4, 'Plan the branch anew'],
    ['apply', 5, 'Run this job again'],
    ['plan', 64, 'wrong usage'],
    ['plan', 65, 'invalid input'],
    ['apply', 130, 'interrupted'],
    ['apply', 143, 'interrupted'],
    ['drift', 2, 'differ from the files'],
  ])('%s with %i is told now, and ends the job at the end', async (command, code, words) => {
    const { code: stepCode, stdout, outputs } = await run(command, code);
    expect(stepCode).toBe(0);
    expect(outputs['exit-code']).toBe(String(code));
    expect(stdout).toMatch(
      new RegExp(`^::error title=brokerform ${command}::exit code ${code}: .*${words}`, 'm'),
    );
    expect((await runner.run('finish.sh', { BROKERFORM_EXIT_CODE: outputs['exit-code'] ?? '' })).code).toBe(
      code,
    );
  });

  test('a blocked plan is stored and told as blocked', async () => {
    const FILES_FROM = answering({
      'saved-plan.json': planned(['destructive', 'safe'], { blocked: true }),
      'plan.md': '<!-- brokerform:plan -->\n',
    });
    const { outputs, stdout } = await run('plan', 3, { FILES_FROM });
    expect(outputs).toMatchObject({ 'exit-code': '3', 'has-changes': 'true', risk: 'blocked' });
    expect(outputs.plan).toBeDefined();
    expect(stdout).toContain('"allow"');
  });

  test.each([
    [['safe', 'disruptive'], 'disruptive'],
    [['disruptive', 'destructive', 'safe'], 'destructive'],
    [['protected', 'safe'], 'safe'],
    [['protected'], 'safe'],
    [[], 'none'],
  ])('of %j the gravest is %s', async (risks, risk) => {
    const { outputs } = await run('plan', 0, {
      FILES_FROM: answering({ 'saved-plan.json': planned(risks) }),
    });
    expect(outputs).toMatchObject({ risk, 'has-changes': String(risks.length > 0) });
  });

  test('undeclared resources are drift', async () => {
    const drift = JSON.stringify({ waves: [], blockers: [], unmanaged: ['main/queue/a'] });
    const { outputs } = await run('drift', 2, { FILES_FROM: answering({ 'drift.json': drift }) });
    expect(outputs).toMatchObject({ 'has-changes': 'true', 'exit-code': '2' });
  });

  test('nothing that is printed commands the runner', async () => {
    const PRINTED = '::error::forged\\n::add-mask::a\\n::set-output name=x::y\\nno newline at the end';
    const { stdout } = await run('plan', 0, { PRINTED });
    const lines = stdout.split('\n');
    const [, word] = /^::stop-commands::([0-9a-f]{32})$/.exec(lines[0] ?? '') ?? [];
    expect(word).toBeDefined();
    expect(lines.indexOf(`::${word}::`)).toBeGreaterThan(lines.indexOf('no newline at the end'));
  });

  test.each(['x', 'EOF', 'end'])('no value of an output can add another one (%s)', async (delimiter) => {
    const name = `a\n${delimiter}\nrisk=forged\nplan=forged.json`;
    const plan = runner.file(name, planned(['disruptive']));
    const { outputs } = await run('apply', 0, { BROKERFORM_PLAN: name });
    expect(outputs).toMatchObject({ plan, risk: 'disruptive' });
    const prepared = await runner.run('prepare.sh', { BROKERFORM_COMMAND: 'plan', BROKERFORM_ENV: name });
    expect(Object.keys(prepared.outputs)).toEqual(['artifact']);
    expect(prepared.outputs.artifact).toMatch(/^brokerform-plan-[\w.-]+$/);
  });

  test('a job in which brokerform was not run fails', async () => {
    expect((await runner.run('finish.sh', { BROKERFORM_EXIT_CODE: '' })).code).toBe(1);
  });
});

describe('the inputs', () => {
  test('all that is wrong is told at once', async () => {
    const { code, stdout } = await runner.run('prepare.sh', {
      BROKERFORM_COMMAND: 'destroy',
      BROKERFORM_WORKING_DIRECTORY: 'nowhere',
      BROKERFORM_ALLOW: 'destructive:**',
      BROKERFORM_ARGS: '--no-lock\n30m\n--',
      BROKERFORM_PLAN: 'plan.json',
      BROKERFORM_PRUNE: 'true',
      BROKERFORM_COMMENT: 'yes',
      BROKERFORM_SARIF: 'perhaps\n::error::forged',
      BROKERFORM_INSTALL: 'npm',
    });
    expect(code).toBe(64);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(10);
    for (const name of [
      'command',
      'working-directory',
      'allow',
      'args',
      'plan',
      'prune',
      'comment',
      'sarif',
      'install',
    ]) {
      expect(stdout).toContain(`::error title=brokerform::${name}: `);
    }
  });

  test('an apply gets a folder for the plan that is fetched', async () => {
    const { outputs } = await runner.run('prepare.sh', {
      BROKERFORM_COMMAND: 'apply',
      BROKERFORM_ENV: 'prod/eu',
    });
    expect(outputs.artifact).toBe('brokerform-plan-prod-eu');
    expect(outputs['download-plan']).toBe(`${outputs.download}/saved-plan.json`);
    expect(existsSync(outputs.download ?? '')).toBe(true);
  });
});

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

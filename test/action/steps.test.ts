import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { brokerformOf, REAL, STAND_IN } from './brokerform.ts';
import { Runner } from './step.ts';

const runner = new Runner();
const { PATH, ARGUMENTS, argumentsOf, program } = brokerformOf(runner);

beforeEach(() => {
  mkdirSync(join(runner.folder, 'topologies'), { recursive: true });
  runner.file(
    'brokerform.yaml',
    'project: shop\nbrokers:\n  main: { type: rabbitmq, url: "amqp://localhost" }\n',
  );
  runner.file('topologies/shop.yaml', 'rabbitmq:\n  queues:\n    orders: { type: quorum }\n');
});
afterAll(() => runner.remove());

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

  test('a test that fails is annotated at its expectation, and told in the summary', async () => {
    const text = 'rabbitmq:\n  exchanges: { events: { type: topic } }\n  queues: { orders: {} }\n';
    const tests =
      'tests:\n  - name: routed\n    publish: { exchange: events, key: a }\n    reaches: orders\n';
    runner.file('topologies/shop.yaml', text + tests);
    const { code, outputs, stdout, summary } = await runner.run('run.sh', {
      PATH,
      BROKERFORM_COMMAND: 'test',
      GITHUB_WORKSPACE: runner.folder,
      GITHUB_ACTIONS: 'true',
    });
    expect(code).toBe(0);
    expect(outputs['exit-code']).toBe('3');
    expect(stdout).toMatch(/^::error .*file=topologies\/shop\.yaml,line=7/m);
    expect(summary).toContain('reaches: expected queue orders');
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
    ['test', 3, 'a test failed'],
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

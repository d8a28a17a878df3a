import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Diff } from '../../src/model/index.ts';
import { runCli, type Surroundings } from './run-cli.ts';

let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'brokerform-')));
  git('init', '--quiet', '--initial-branch=main');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const OWNER = ['-c', 'user.email=test@example.org', '-c', 'user.name=test', '-c', 'commit.gpgsign=false'];

function git(...args: string[]): string {
  return execFileSync('git', [...OWNER, ...args], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function write(files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(folder, dirname(name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

function commit(message = 'change'): void {
  git('add', '--all');
  git('commit', '--quiet', '--allow-empty', '--message', message);
}

function cli(line: string, surroundings: Surroundings = {}) {
  return runCli(line.split(' '), { cwd: folder, ...surroundings });
}

async function diff(options = '', surroundings: Surroundings = {}): Promise<Diff> {
  const { stdout } = await cli(`diff --base main --format json${options}`, surroundings);
  return JSON.parse(stdout);
}

/** Nothing of it can be reached or resolved. */
const CONFIG = `project: shop
topologies: [topologies/*.yaml]
brokers: { main: { type: rabbitmq, url: "\${RABBITMQ_URL}", management: "\${RABBITMQ_MANAGEMENT}" } }
owns: { main: ["queue/shop/tmp-*"] }
`;
const queue = (name: string, more = '') => `    ${name}: { type: quorum, max-length: 10${more} }\n`;
const topology = (...queues: string[]) => `rabbitmq:\n  vhost: shop\n  queues:\n${queues.join('')}`;
const PASSWORD = 'rabbitmq: { users: { app: { password: "${APP_PASSWORD}" } } }\n';

const addresses = (items: readonly { address: string }[]) => items.map(({ address }) => address);

describe('diff --base', () => {
  test('checks both sides with the baseline of the head', async () => {
    const config = (file: string) => `${CONFIG}lint: { baseline: ${file} }\n`;
    await write({ 'brokerform.yaml': config('a.json'), 'topologies/a.yaml': topology(queue('kept')) });
    await cli('validate --write-baseline a.json');
    commit();
    const changed = async () => {
      const { findings } = await diff();
      return { new: findings.new.map(({ code }) => code), fixed: findings.fixed.map(({ code }) => code) };
    };
    const none = { new: [], fixed: [] };
    // The base accepts a finding that the head no longer does.
    await write({ 'brokerform.yaml': CONFIG });
    expect(await changed()).toEqual(none);
    // The head accepts what it adds, in a file that the base has not.
    await write({
      'brokerform.yaml': config('b.json'),
      'topologies/a.yaml': topology(queue('kept'), queue('new')),
    });
    await cli('validate --write-baseline b.json');
    expect(await changed()).toEqual(none);
    // The head accepts a finding that the base does not.
    commit();
    await write({ 'brokerform.yaml': CONFIG });
    commit();
    await write({ 'brokerform.yaml': config('b.json') });
    expect(await changed()).toEqual(none);
  });

  test('compares the working tree with a revision, without credentials', async () => {
    await write({
      'brokerform.yaml': CONFIG,
      'topologies/users.yaml': PASSWORD,
      'topologies/a.yaml': topology(queue('kept'), queue('left'), queue('retired'), queue('tmp-1')),
    });
    commit();
    await write({
      'topologies/a.yaml': `${topology(queue('kept', ', message-ttl: 1d'), queue('new'))}retired: [main/queue/shop/retired]\n`,
    });
    const { code, stdout, stderr } = await cli('diff --base main');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Diff shop · main \([0-9a-f]{7}\) → working tree\n2 destructive · 1 safe · /);
    expect(stdout).toContain('-/+ queue kept  vhost shop                              topologies/a.yaml:4\n');
    expect(stdout).toContain(' -  queue retired  vhost shop                           topologies/a.yaml:6\n');
    expect(stdout).toContain(
      ' ·  queue left  vhost shop                              topologies/a.yaml:5 in main (',
    );
    expect(stdout).toContain(
      '        retired:\n          - main/queue/shop/left\n          - main/queue/shop/tmp-1\n',
    );
    expect((await cli('diff --base main --detailed-exitcode')).code).toBe(2);
  });

  test('says nothing where nothing differs, whatever moved', async () => {
    await write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': topology(queue('a'), queue('b')) });
    commit();
    git('mv', 'topologies/a.yaml', 'topologies/renamed.yaml');
    await write({ 'topologies/renamed.yaml': `# moved\n\n${topology(queue('b'), queue('a'))}` });
    const { code, stdout } = await cli('diff --base main --detailed-exitcode');
    expect(code).toBe(0);
    expect(stdout).toMatch(/\nNo changes\. 3 unchanged · \d+ findings? in both\n$/);
  });

  test('compares two revisions, whatever the working tree holds', async () => {
    await write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': topology(queue('a')) });
    commit();
    git('checkout', '--quiet', '-b', 'branch');
    await write({ 'topologies/a.yaml': topology(queue('a'), queue('b')) });
    commit();
    await write({ 'topologies/a.yaml': 'not: [yaml' });
    const found = await diff(' --head branch');
    expect(found.head).toMatchObject({ ref: 'branch', commit: git('rev-parse', 'branch').trim(), errors: 0 });
    expect(addresses(found.steps)).toEqual(['main/queue/shop/b']);
    expect(found.steps[0]?.change).toMatchObject({ after: { at: { file: 'topologies/a.yaml', line: 5 } } });
  });

  test('a project in a folder of the repository, from there and with -C', async () => {
    await write({ 'infra/brokerform.yaml': CONFIG, 'infra/topologies/a.yaml': topology(queue('a')) });
    commit();
    await write({ 'infra/topologies/a.yaml': topology(queue('a'), queue('b')) });
    for (const line of ['-C infra', '-C infra/topologies', '--config infra/brokerform.yaml']) {
      const { stdout } = await cli(`diff --base main --format json ${line}`);
      expect(addresses(JSON.parse(stdout).steps), line).toEqual(['main/queue/shop/b']);
    }
    const annotated = (await cli('-C infra diff --base main --format sarif')).stdout;
    expect(JSON.parse(annotated).runs[0].tool.driver.name).toBe('brokerform');
  });

  test('a base that has no project yet: everything is new', async () => {
    await write({ 'README.md': 'x' });
    commit();
    await write({ 'mq/brokerform.yaml': CONFIG, 'mq/topologies/a.yaml': topology(queue('a')) });
    const { code, stdout } = await cli('-C mq diff --base main');
    expect(code).toBe(0);
    expect(stdout).toContain('): no topology yet: everything is new\n');
    expect(stdout).toContain(' +  queue a  vhost shop');
  });

  test('a project that is new beside one of the folder above is not that one', async () => {
    await write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': topology(queue('above')) });
    commit();
    await write({ 'sub/brokerform.yaml': CONFIG, 'sub/topologies/a.yaml': topology(queue('below')) });
    const { stdout } = await cli('-C sub diff --base main --format json');
    const found: Diff = JSON.parse(stdout);
    expect(addresses(found.steps)).toEqual(['main/queue/shop/below', 'main/vhost/shop']);
    expect(found.undeclared).toEqual([]);
  });

  test('a configuration that only the head has serves for both sides', async () => {
    await write({ 'topologies/a.yaml': topology(queue('a')) });
    commit();
    await write({ 'brokerform.yaml': CONFIG });
    expect(await diff()).toMatchObject({ steps: [], undeclared: [], unchanged: 2 });
  });

  test('a changed configuration counts: environments, owners, what is protected', async () => {
    const environment = (ttl: string) =>
      `${CONFIG}environments: { prod: { protect: ["main/queue/**"], overrides: { "main/queue/shop/a": { message-ttl: ${ttl} } } } }\n`;
    await write({ 'brokerform.yaml': environment('1d'), 'topologies/a.yaml': topology(queue('a')) });
    commit();
    await write({ 'brokerform.yaml': environment('2d') });
    expect((await diff()).steps).toEqual([]);
    const [step] = (await diff(' --env prod')).steps;
    expect(step?.fields).toMatchObject([{ name: 'message-ttl', before: '1d', after: '2d' }]);
    expect(step?.risks.map((risk) => risk.class)).toContain('protected');
    expect((await cli('diff --base main --env prod')).stdout).toContain(
      'protected: protected in this environment',
    );
  });

  test('guards that a configuration has no longer are told', async () => {
    const guarded = `${CONFIG}protect: ["main/queue/shop/a"]\nlimits: { deletes: 3 }\n`;
    await write({ 'brokerform.yaml': guarded, 'topologies/a.yaml': topology(queue('a')) });
    commit();
    await write({ 'brokerform.yaml': CONFIG.replace('queue/shop/tmp-*', '**') });
    expect((await diff()).guards).toEqual([
      { name: 'owns', before: 'main/queue/shop/tmp-*', weaker: false },
      { name: 'owns', after: 'main/**', weaker: true },
      { name: 'protect', before: 'main/queue/shop/a', weaker: true },
      { name: 'limits.deletes', before: '3', weaker: true },
    ]);
    const { code, stdout } = await cli('diff --base main --detailed-exitcode');
    expect(code).toBe(2);
    expect(stdout).toContain('      protect  main/queue/shop/a → unset  is less strict than before\n');
    await write({ 'brokerform.yaml': guarded });
    expect((await cli('diff --base main --detailed-exitcode')).code).toBe(0);
  });

  test('--prune counts what is owned as deleted', async () => {
    await write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': topology(queue('a'), queue('tmp-1')) });
    commit();
    await write({ 'topologies/a.yaml': topology(queue('a')) });
    expect(await diff()).toMatchObject({ steps: [], undeclared: [{ owned: true }] });
    const pruned = await diff(' --prune');
    expect(pruned).toMatchObject({ steps: [{ action: 'delete' }], undeclared: [] });
    // Its line is one of the base.
    expect(pruned.steps[0]?.change).not.toHaveProperty('before.at');
  });

  test('what is retired without having been declared may be there, and hold anything', async () => {
    await write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': topology(queue('a')) });
    commit();
    await write({ 'topologies/b.yaml': 'retired: [main/queue/shop/old]\n' });
    const [step] = (await diff()).steps;
    expect(step).toMatchObject({
      address: 'main/queue/shop/old',
      action: 'delete',
      risks: [{ class: 'destructive', code: 'retired' }],
      change: { before: { at: { file: 'topologies/b.yaml', line: 1 } } },
    });
    commit();
    expect((await diff()).steps).toEqual([]);
  });

  test('bindings that go with a retired queue are not among what stays', async () => {
    const bound = (name: string) => queue(name, ', bindings: [{ from: amq.topic, key: k }]');
    await write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': topology(bound('a'), bound('b')) });
    commit();
    await write({ 'topologies/a.yaml': `${topology(bound('a'))}retired: [main/queue/shop/b]\n` });
    const found = await diff();
    expect(addresses(found.steps)).toEqual(['main/queue/shop/b']);
    expect(found.undeclared).toEqual([]);
    await write({ 'topologies/a.yaml': topology(bound('a')) });
    const [left] = (await diff()).undeclared;
    expect(left).toMatchObject({
      address: 'main/queue/shop/b',
      dependents: [expect.any(String)],
      still: 'still bound to amq.topic (key k); messages keep arriving',
    });
    expect(found.effects).toMatchObject([
      { title: 'exchange amq.topic', about: ['key k'], outcome: 'no-longer-reaches' },
    ]);
  });
});

describe('findings', () => {
  test('new, fixed and in both are told apart, whatever line they are on', async () => {
    const lossy = (...names: string[]) =>
      topology(...names.map((name) => queue(name, ', dead-letter: { exchange: nowhere }')));
    await write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': lossy('a', 'b') });
    commit();
    await write({ 'topologies/a.yaml': `# one more line\n${lossy('b', 'c')}` });
    const { code, stdout } = await cli('diff --base main --format json');
    // What the head brings counts.
    expect(code).toBe(3);
    const { findings }: Diff = JSON.parse(stdout);
    const errors = (found: Diff['findings']['new']) =>
      found.filter(({ severity }) => severity === 'error').map(({ address }) => address);
    expect(errors(findings.new)).toEqual(['main/queue/shop/c']);
    expect(errors(findings.fixed)).toEqual(['main/queue/shop/a']);
    expect(findings.remaining).toBeGreaterThan(0);
    await write({ 'topologies/a.yaml': lossy('b') });
    expect((await cli('diff --base main')).code).toBe(0);
  });

  test('a base that does not validate is said to, and the rest is compared', async () => {
    await write({
      'brokerform.yaml': CONFIG,
      'topologies/a.yaml': topology(queue('a')),
      'topologies/bad.yaml': 'rabbitmq: { queus: {} }\n',
    });
    commit();
    await write({ 'topologies/a.yaml': topology(queue('a'), queue('b')) });
    await rm(join(folder, 'topologies/bad.yaml'));
    const { code, stdout } = await cli('diff --base main');
    expect(code).toBe(0);
    expect(stdout).toContain('): 1 error; the affected resources are omitted\n');
    expect(stdout).toContain(' +  queue b  vhost shop');
  });

  test('what stands in a file that cannot be read in full is neither new nor gone', async () => {
    const broken = (...names: string[]) => `${topology(...names.map((name) => queue(name)))}  nonsense: {}\n`;
    await write({
      'brokerform.yaml': CONFIG,
      'topologies/a.yaml': topology(queue('a'), queue('b')),
      'topologies/c.yaml': broken('c'),
    });
    commit();
    await write({
      'topologies/a.yaml': broken('a', 'b'),
      'topologies/c.yaml': topology(queue('c')),
      'topologies/d.yaml': topology(queue('d')),
    });
    const found = await diff();
    expect([found.base.errors, found.head.errors]).toEqual([1, 1]);
    expect(addresses(found.steps)).toEqual(['main/queue/shop/d']);
    expect(found.undeclared).toEqual([]);
    // A configuration that is wrong may be about any file.
    await write({ 'brokerform.yaml': `${CONFIG}nonsense: 1\n`, 'topologies/a.yaml': topology(queue('a')) });
    expect(await diff()).toMatchObject({ steps: [], undeclared: [] });
  });

  test('a head that does not validate exits with 65, and the rest is compared', async () => {
    await write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': topology(queue('a')) });
    commit();
    await write({
      'topologies/a.yaml': topology(queue('a'), queue('b')),
      'topologies/bad.yaml': 'rabbitmq: { queus: {} }\n',
    });
    const { code, stdout } = await cli('diff --base main');
    expect(code).toBe(65);
    expect(stdout).toContain('working tree: 1 error; ');
    expect(stdout).toContain(' +  queue b  vhost shop');
    expect(stdout).toMatch(/NEW FINDINGS\n[\s\S]*topologies\/bad\.yaml:1:13 error load\/unknown-key/);
  });
});

describe('formats', () => {
  test('a diff has every output, and none of them is a plan', async () => {
    await write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': topology(queue('a'), queue('left')) });
    commit();
    await write({ 'topologies/a.yaml': topology(queue('a', ', overflow: reject-publish')) });
    const into = ['text', 'json', 'markdown', 'github', 'sarif', 'junit', 'gitlab'];
    const flags = into.map((format) => `--${format}-into o.${format}`).join(' ');
    const { code, stdout } = await cli(`diff --base main ${flags}`);
    expect(code).toBe(0);
    const read = (format: string) => readFile(join(folder, `o.${format}`), 'utf8');
    expect(await read('text')).toBe(stdout);
    const schema = JSON.parse(
      await readFile(new URL('../../schema/plan.schema.json', import.meta.url), 'utf8'),
    );
    const validate = new Ajv({ allErrors: true }).compile(schema);
    validate(JSON.parse(await read('json')));
    expect(validate.errors).toBeNull();
    expect(await read('markdown')).toMatch(
      /^<!-- brokerform:diff project=shop -->\n### Diff <code>shop<\/code>\n\n<code>main &#40;[0-9a-f]{7}&#41; → working tree<\/code>/,
    );
    expect(await read('github')).toMatch(
      /^::warning file=topologies\/a\.yaml,line=4,col=\d+,title=plan\/queue-replaced::replaces queue a .*\n[\s\S]*::notice title=diff\/undeclared::queue left is no longer declared/,
    );
    expect(JSON.parse(await read('sarif')).runs[0].results.length).toBeGreaterThan(1);
    expect(await read('junit')).toContain('<testsuites name="brokerform diff" ');
    expect(JSON.parse(await read('gitlab'))[0].location.path).toBe('brokerform.yaml');
    for (const line of ['apply o.json', 'show o.json']) {
      const refused = await cli(line);
      expect([refused.code, line]).toEqual([4, line]);
      expect(refused.stderr).toContain('this is a diff of two revisions, not a plan');
    }
  });
});

describe('what cannot be compared', () => {
  test.each([
    [
      '--base nope',
      'the repository has no revision "nope"\n  hint: is it a branch of the remote, as in origin/nope?',
    ],
    ['--base=--output=owned', '"--output=owned" is no revision'],
    ['--base=-h', '"-h" is no revision'],
    ['--base main --head nope', 'the repository has no revision "nope"'],
    ['--base main:brokerform.yaml', 'the repository has no revision "main:brokerform.yaml"'],
  ])('diff %s', async (options, message) => {
    await write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': topology(queue('a')) });
    commit();
    const { code, stderr, stdout } = await cli(`diff ${options} --markdown-into o.md`);
    expect(stderr).toContain(`error: ${message}`);
    expect([code, stdout]).toEqual([65, '']);
    expect((await readdir(folder)).sort()).toEqual(['.git', 'brokerform.yaml', 'o.md', 'topologies']);
    expect(await readFile(join(folder, 'o.md'), 'utf8')).toMatch(/^<!-- brokerform:diff project=shop -->\n/);
  });

  test('without --base it is wrong usage', async () => {
    expect((await cli('diff')).code).toBe(64);
  });

  test('outside of a repository', async () => {
    await rm(join(folder, '.git'), { recursive: true });
    await write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': topology(queue('a')) });
    const { code, stderr } = await cli('diff --base main');
    expect([code, stderr]).toEqual([
      65,
      `error: ${folder} is in no git repository\n  hint: diff compares revisions of one\n`,
    ]);
  });

  test('in a shallow clone it tells what to fetch', async () => {
    await write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': topology(queue('a')) });
    commit('first');
    const first = git('rev-parse', 'HEAD').trim();
    commit('second');
    git('clone', '--quiet', '--depth=1', `file://${folder}`, 'clone');
    const { code, stderr } = await cli(`-C clone diff --base ${first}`);
    expect(code).toBe(65);
    expect(stderr).toContain('it is a shallow clone\n  hint: fetch it first: git fetch --unshallow origin');
  });
});

describe('a hostile revision', () => {
  test('reads nothing outside of itself, and leaves nothing behind', async () => {
    const secret = join(folder, '..', `${folder.split('/').at(-1)}-secret.yaml`);
    await writeFile(secret, topology(queue('stolen')));
    await write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': topology(queue('a')) });
    await symlink(secret, join(folder, 'topologies/absolute.yaml'));
    await symlink(`../../${secret.split('/').at(-1)}`, join(folder, 'topologies/relative.yaml'));
    await symlink('a.yaml', join(folder, 'topologies/inside.yml'));
    commit();
    for (const name of ['absolute', 'relative']) await rm(join(folder, `topologies/${name}.yaml`));
    await mkdir(join(folder, '.git/temporary'));
    const found = await diff('', { env: { TMPDIR: join(folder, '.git/temporary') } });
    expect(found.base.errors).toBe(0);
    expect([...addresses(found.steps), ...addresses(found.undeclared)]).toEqual([]);
    expect(found.unchanged).toBe(2);
    const left = await readdir(join(folder, '.git/temporary'));
    expect(left.filter((name) => name.startsWith('brokerform'))).toEqual([]);
    await rm(secret);
  });
});

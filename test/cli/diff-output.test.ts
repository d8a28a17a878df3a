import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import type { Diff } from '../../src/model/index.ts';
import { addresses, CONFIG, queue, repositories, topology } from './repository.ts';

const { path, git, write, commit, cli, diff } = repositories();

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
    await rm(path('topologies/bad.yaml'));
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
    const read = (format: string) => readFile(path(`o.${format}`), 'utf8');
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
    expect((await readdir(path())).sort()).toEqual(['.git', 'brokerform.yaml', 'o.md', 'topologies']);
    expect(await readFile(path('o.md'), 'utf8')).toMatch(/^<!-- brokerform:diff project=shop -->\n/);
  });

  test('without --base it is wrong usage', async () => {
    expect((await cli('diff')).code).toBe(64);
  });

  test('outside of a repository', async () => {
    await rm(path('.git'), { recursive: true });
    await write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': topology(queue('a')) });
    const { code, stderr } = await cli('diff --base main');
    expect([code, stderr]).toEqual([
      65,
      `error: ${path()} is in no git repository\n  hint: diff compares revisions of one\n`,
    ]);
  });

  test('in a shallow clone it tells what to fetch', async () => {
    await write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': topology(queue('a')) });
    commit('first');
    const first = git('rev-parse', 'HEAD').trim();
    commit('second');
    git('clone', '--quiet', '--depth=1', `file://${path()}`, 'clone');
    const { code, stderr } = await cli(`-C clone diff --base ${first}`);
    expect(code).toBe(65);
    expect(stderr).toContain('it is a shallow clone\n  hint: fetch it first: git fetch --unshallow origin');
  });
});

describe('a hostile revision', () => {
  test('reads nothing outside of itself, and leaves nothing behind', async () => {
    const secret = path('..', `${path().split('/').at(-1)}-secret.yaml`);
    await writeFile(secret, topology(queue('stolen')));
    await write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': topology(queue('a')) });
    await symlink(secret, path('topologies/absolute.yaml'));
    await symlink(`../../${secret.split('/').at(-1)}`, path('topologies/relative.yaml'));
    await symlink('a.yaml', path('topologies/inside.yml'));
    commit();
    for (const name of ['absolute', 'relative']) await rm(path(`topologies/${name}.yaml`));
    await mkdir(path('.git/temporary'));
    const found = await diff('', { env: { TMPDIR: path('.git/temporary') } });
    expect(found.base.errors).toBe(0);
    expect([...addresses(found.steps), ...addresses(found.undeclared)]).toEqual([]);
    expect(found.unchanged).toBe(2);
    const left = await readdir(path('.git/temporary'));
    expect(left.filter((name) => name.startsWith('brokerform'))).toEqual([]);
    await rm(secret);
  });
});

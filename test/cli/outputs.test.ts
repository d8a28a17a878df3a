import { describe, expect, test } from 'vitest';
import { folderInRepository } from '../../src/cli/repository.ts';
import { CONFIG, LOSSY, projectOfEachTest } from './project.ts';

const { cli, path, read, write } = projectOfEachTest();

const GOOD = 'rabbitmq:\n  queues:\n    orders: { type: quorum, max-length: 10 }\n';
/** The broker has another type: the queue is to be replaced, and nobody knows what is in it. */
const LIVE = {
  rabbit_version: '4.3.6',
  vhosts: [{ name: '/' }],
  queues: [
    {
      name: 'orders',
      vhost: '/',
      durable: true,
      auto_delete: false,
      arguments: { 'x-queue-type': 'classic', 'x-max-length': 10 },
    },
  ],
  exchanges: [],
  bindings: [],
};

const FILES = {
  'text-into': 'o.txt',
  'json-into': 'o.json',
  'markdown-into': 'o.md',
  'github-into': 'o.gh',
  'sarif-into': 'o.sarif',
  'junit-into': 'o.xml',
  'gitlab-into': 'o.gl.json',
};
const ALL = Object.entries(FILES)
  .map(([flag, file]) => `--${flag} ${file}`)
  .join(' ');

describe('a plan with every output at once', () => {
  test('says the same in each, at the line of the YAML', async () => {
    write({
      'brokerform.yaml': CONFIG,
      'topologies/a.yaml': GOOD,
      'live.json': JSON.stringify(LIVE),
    });
    const { code, stdout } = await cli(`plan --against live.json ${ALL}`);
    expect(code).toBe(3);
    expect(read('o.txt')).toBe(stdout);
    expect(JSON.parse(read('o.json')).blockers).toHaveLength(1);
    expect(read('o.md')).toMatch(/^<!-- brokerform:plan project=shop -->\n### Plan <code>shop<\/code>\n/);
    expect(read('o.gh')).toMatch(
      /^::error file=topologies\/a\.yaml,line=3,col=\d+,title=plan\/\S+::replaces queue orders .*--allow 'destructive:main\/queue\/%252F\/orders' {2}loses the messages\n$/,
    );
    const [result] = JSON.parse(read('o.sarif')).runs[0].results;
    expect(result.level).toBe('error');
    expect(result.locations[0].physicalLocation.artifactLocation.uri).toBe('topologies/a.yaml');
    expect(read('o.xml')).toMatch(/<testsuites name="brokerform plan" tests="1" failures="1"/);
    expect(JSON.parse(read('o.gl.json'))).toMatchObject([
      { severity: 'critical', location: { path: 'topologies/a.yaml', lines: { begin: 3 } } },
    ]);
    // A saved plan shows the same.
    await cli('plan --against live.json --out p.json');
    for (const format of ['json', 'markdown', 'github', 'sarif', 'junit', 'gitlab'] as const) {
      const shown = (await cli(`show p.json --format ${format}`)).stdout;
      const file = read(FILES[`${format}-into`]);
      expect(shown.replaceAll(/"(?:createdAt|readAt)": "[^"]+"|as of [^)]+/g, '')).toBe(
        file.replaceAll(/"(?:createdAt|readAt)": "[^"]+"|as of [^)]+/g, ''),
      );
    }
  });

  test('and as a unified diff, also saved and as drift', async () => {
    write({
      'brokerform.yaml': CONFIG,
      'topologies/a.yaml': GOOD,
      'live.json': JSON.stringify(LIVE),
    });
    const line = 'plan --against live.json --out p.json --diff-into o.diff --format diff';
    const { code, stdout } = await cli(line);
    expect(code).toBe(3);
    expect(stdout).toBe(`\
# blocked: replace queue orders  vhost /
--- live/main/queue/%2F/orders
+++ desired/main/queue/%2F/orders
@@ -2,5 +2,5 @@
   vhost: /
   queues:
     orders:
-      type: classic
+      type: quorum
       max-length: 10
`);
    expect(read('o.diff')).toBe(stdout);
    expect((await cli('show p.json --format diff')).stdout).toBe(stdout);
    const failed = await cli('drift --format diff');
    expect(failed.code).toBe(1);
    expect(failed.stdout).toMatch(/^(?:# .*\n)+$/);
    expect((await cli('validate --format diff')).code).toBe(64);
  });

  test('a plan that only creates has nothing to look at, and an empty report is a report', async () => {
    write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': GOOD });
    await cli(`plan --against none ${ALL}`);
    expect(read('o.gh')).toBe('');
    expect(JSON.parse(read('o.sarif')).runs[0].results).toEqual([]);
    expect(JSON.parse(read('o.gl.json'))).toEqual([]);
    expect(read('o.xml')).toContain('<testcase name="plan" classname="brokerform" time="0"/>');
  });
});

describe('a run that fails', () => {
  test.each([
    ['plan', 'an unreachable broker', GOOD, 1],
    ['plan', 'a lint error', LOSSY, 3],
    ['plan', 'what is no topology', 'rabbitmq:\n  queus: { orders: {} }\n', 65],
    ['drift', 'an unreachable broker', GOOD, 1],
  ])('%s: no file is left as it was, with %s', async (command, _, topology, expected) => {
    write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': topology });
    write(Object.fromEntries(Object.values(FILES).map((file) => [file, 'STALE'])));
    const { code } = await cli(`${command} ${ALL}`);
    expect(code).toBe(expected);
    for (const file of Object.values(FILES)) expect(read(file), file).not.toContain('STALE');
    expect(JSON.parse(read('o.json')).failure.message).toBeTruthy();
    expect(read('o.txt')).toContain('error: ');
    expect(read('o.md')).toMatch(
      new RegExp(
        `^<!-- brokerform:${command} project=shop -->\n[\\s\\S]*#### 🛑 brokerform ${command} failed\n`,
      ),
    );
    expect(read('o.gh')).toMatch(/^::error /);
    expect(JSON.parse(read('o.sarif')).runs[0].results[0].level).toBe('error');
    expect(read('o.xml')).toContain('<failure ');
    expect(JSON.parse(read('o.gl.json'))[0].severity).toBe('critical');
  });

  test('tells so on the standard output too, where that is not text', async () => {
    write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': LOSSY });
    const { code, stdout, stderr } = await cli('plan --against none --format github');
    expect(code).toBe(3);
    expect(stdout).toMatch(/^::error .*\n::error file=topologies\/a\.yaml,line=3,/);
    expect(stderr).toContain('1 lint error in the project');
    expect((await cli('plan --against none')).stdout).toBe('');
  });

  test('a file that cannot be written ends the run with 65, and the others tell of it', async () => {
    write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': GOOD });
    const { code, stderr } = await cli('plan --against none --json-into o.json --junit-into no/such/o.xml');
    expect(code).toBe(65);
    expect(stderr).toContain('no/such/o.xml: no such file');
    expect(JSON.parse(read('o.json')).failure.message).toContain('no/such/o.xml');
  });
});

test('two formats cannot go into one file', async () => {
  write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': GOOD });
  const { code, stderr } = await cli('validate --json-into o --sarif-into o');
  expect([code, stderr]).toEqual([64, 'error: --json-into and --sarif-into name the same file: o\n']);
});

test('validate has every output, too', async () => {
  write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': LOSSY });
  const { code, stdout } = await cli(`validate ${ALL}`);
  expect(code).toBe(3);
  expect(read('o.txt')).toBe(stdout);
  expect(read('o.md')).toMatch(
    /^<!-- brokerform:validate project=shop -->\n### Findings <code>shop<\/code>\n[\s\S]*#### Errors\n\n```text\ntopologies\/a\.yaml:3:/,
  );
  expect(JSON.parse(read('o.gl.json'))).toContainEqual(
    expect.objectContaining({
      check_name: 'rabbitmq/dead-letter-exchange-missing',
      location: { path: 'topologies/a.yaml', lines: { begin: 3 } },
    }),
  );
});

describe('CI formats name files from the root of the repository', () => {
  test.each([
    ['a repository', '.git/HEAD', {}],
    ['a work tree', '.git', {}],
    ['a checkout of GitHub', 'x', { GITHUB_WORKSPACE: '.' }],
    ['a checkout of GitLab', 'x', { CI_PROJECT_DIR: '.' }],
    ['a checkout of Jenkins', 'x', { WORKSPACE: '.' }],
  ])('in %s', async (_, file, env) => {
    write({ [file]: 'x', 'infra/mq/brokerform.yaml': CONFIG, 'infra/mq/topologies/a.yaml': LOSSY });
    const absolute = Object.fromEntries(Object.keys(env).map((name) => [name, path()]));
    const surroundings = { env: absolute };
    const github = await cli('-C infra/mq validate --format github', surroundings);
    expect(github.stdout).toMatch(/^::error file=infra\/mq\/topologies\/a\.yaml,/);
    const sarif = JSON.parse((await cli('-C infra/mq validate --format sarif', surroundings)).stdout);
    expect(sarif.runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri).toBe(
      'infra/mq/topologies/a.yaml',
    );
    const gitlab = JSON.parse((await cli('-C infra/mq validate --format gitlab', surroundings)).stdout);
    expect(gitlab[0].location.path).toBe('infra/mq/topologies/a.yaml');
    const text = await cli('-C infra/mq validate', surroundings);
    expect(text.stdout).toMatch(/^topologies\/a\.yaml:/);
  });

  test('also from below the configuration, and what is without a place is at the configuration', async () => {
    write({ '.git/HEAD': 'x', 'mq/brokerform.yaml': CONFIG, 'mq/topologies/a.yaml': LOSSY });
    const { stdout } = await cli('-C mq/topologies validate --format github');
    expect(stdout).toMatch(/^::error file=mq\/topologies\/a\.yaml,/);
    const failed = await cli('-C mq plan --env nope --format gitlab');
    expect(JSON.parse(failed.stdout)[0].location.path).toBe('mq/brokerform.yaml');
  });

  test('a checkout elsewhere says nothing', () => {
    expect(folderInRepository(path(), { GITHUB_WORKSPACE: path('../other') })).toBe('');
    expect(folderInRepository(path('a'), { GITHUB_WORKSPACE: '', WORKSPACE: path() })).toBe('a');
  });
});

import { afterEach, beforeEach, expect, test } from 'vitest';
import { CliProject, eachLine, freshVhost } from './cli-project.ts';

/** Names that mean something to a terminal, to Markdown, to GitHub, to a URL, to YAML or to RabbitMQ's own API. */
const HOSTILE = [
  `it's "quoted" \`ticked\``,
  'a|b|c',
  '\u001b[31mred\u001b[0m',
  '\u202egnirts',
  '::error file=x,line=1::gotcha',
  '<script>alert(1)</script> & [link](http://x) **bold** @team #1',
  '%2F',
  '%',
  '/',
  '..',
  '../../etc/passwd',
  ' leading and trailing ',
  'null',
  'true',
  '~',
  '123',
  '-',
  '# comment',
  'key: value',
  '*',
  '**',
  '?x=1&y=2#z',
  'constructor',
  'detailed',
  'über/queue→日本語🙂',
  'tab\there',
  'é'.repeat(127),
  'x'.repeat(255),
];

eachLine('hostile names on RabbitMQ %s', (broker) => {
  const projects: CliProject[] = [];
  let project: CliProject;

  beforeEach(() => {
    project = open(freshVhost());
  });
  afterEach(async () => {
    await Promise.all(projects.splice(0).map((one) => one.remove()));
  });

  function open(vhost: string): CliProject {
    const opened = new CliProject(broker, vhost);
    projects.push(opened);
    return opened;
  }

  test('queues, exchanges, bindings and policies: applied, in sync, imported', async () => {
    const body = (name: string) => ({
      'max-length': 10,
      bindings: [
        { from: name, key: name },
        { from: 'by headers', arguments: { [name]: name } },
      ],
    });
    // The management API cannot tell this one, so validate refuses it.
    const policies = HOSTILE.filter((name) => name !== '..');
    const exchanges: [string, object][] = HOSTILE.map((name) => [name, { type: 'direct' }]);
    project.declare({
      exchanges: Object.fromEntries([...exchanges, ['by headers', { type: 'headers' }]]),
      queues: Object.fromEntries(HOSTILE.map((name) => [name, body(name)])),
      policies: Object.fromEntries(
        policies.map((name) => [name, { pattern: '^nothing$', definition: { 'max-length': 10 } }]),
      ),
    });
    // Beside the vhost and the headers exchange: a queue, an exchange, two bindings and a policy of each name.
    const all = 2 + 4 * HOSTILE.length + policies.length;
    const planned = await project.expectRun(0, 'plan', '--out', 'plan.json');
    expect(planned.stdout).toContain(`${all} safe`);
    expect(planned.stdout).not.toMatch(/[^\P{C}\n]/u);
    expect(planned.stdout).not.toMatch(/^::/m);
    const { stdout } = await project.expectRun(0, 'apply', 'plan.json');
    expect(stdout).toContain(`${all} applied`);
    expect(await project.queues()).toEqual([...HOSTILE].sort());
    expect((await project.broker.get('policies', project.vhost)).map(({ name }) => name).sort()).toEqual(
      policies.sort(),
    );
    await project.expectRun(0, 'plan', '--detailed-exitcode');
    await project.expectRun(0, 'drift');

    await project.expectRun(0, 'import', '--out', 'imported');
    project.configure({ topologies: [`imported/${project.vhost}.yaml`] });
    const again = await project.expectRun(
      0,
      'plan',
      '--detailed-exitcode',
      '--target',
      `main/*/${project.vhost}/**`,
    );
    expect(again.stdout).toMatch(/No changes\. /);
  });

  test('all of them are deleted again, also a binding with the key null', async () => {
    const names = HOSTILE.filter((name) => !name.includes('*'));
    const bound = (name: string) => ({ 'max-length': 10, bindings: [{ from: 'hub', key: name }] });
    const exchanges = { hub: { type: 'direct' } };
    project.declare({ exchanges, queues: Object.fromEntries(names.map((name) => [name, bound(name)])) });
    await project.expectFinished();
    const [first = '', ...rest] = names;
    project.declare({ exchanges, queues: { [first]: { 'max-length': 10 } } });
    await project.expectRun(0, 'apply', '--auto-approve', '--prune');
    expect(rest.length).toBeGreaterThan(20);
    expect(await project.queues()).toEqual([first]);
    expect(await project.bindings()).toEqual([]);
    await project.expectRun(0, 'plan', '--detailed-exitcode', '--prune');
  });

  test('vhosts', async () => {
    const unique = freshVhost();
    for (const name of [`%2F${unique}`, `/a|b\`c"d'e/détailed/🙂${unique}`]) {
      const one = open(name);
      one.declare({
        exchanges: { e: { type: 'topic' } },
        queues: { detailed: { 'max-length': 10, bindings: [{ from: 'e', key: 'null' }] } },
        limits: { 'max-queues': 10 },
      });
      await one.expectFinished();
      expect([name, await one.queues(), await one.bindings()]).toEqual([
        name,
        ['detailed'],
        ['e → detailed null'],
      ]);
      one.declare({ exchanges: { e: { type: 'topic' } } });
      await one.expectRun(0, 'apply', '--auto-approve', '--prune');
      expect(await one.queues()).toEqual([]);
    }
  });

  test('a vhost named "detailed", which the API of 3.13 mistakes for a path', async () => {
    const one = open('detailed');
    one.declare({ queues: { q: { 'max-length': 10 } } });
    await one.expectFinished();
    expect((await one.broker.get('queues')).filter(({ vhost }) => vhost === 'detailed')).toHaveLength(1);
  });
});

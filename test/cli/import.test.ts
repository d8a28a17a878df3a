import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CONFIG, projectOfEachTest } from './project.ts';

const { cli, path, read, write } = projectOfEachTest();

test('an import of what is legal and unwise can be planned at once, and says what to look at', async () => {
  const definitions = {
    exchanges: [{ name: 'e', vhost: '/', type: 'direct', arguments: { 'alternate-exchange': 'nowhere' } }],
    queues: [
      { name: 'q', vhost: '/', arguments: { 'x-dead-letter-exchange': 'nowhere', 'x-max-length': 5 } },
    ],
    policies: ['a', 'b'].map((name) => ({
      name,
      vhost: '/',
      pattern: '^q',
      'apply-to': 'queues',
      definition: { 'dead-letter-exchange': 'nowhere' },
    })),
  };
  write({ 'definitions.json': JSON.stringify(definitions), 'brokerform.yaml': CONFIG });
  expect(await cli('import --from definitions.json --out topologies')).toMatchObject({ code: 0 });
  const text = read('topologies/default.yaml');
  const comment =
    '# brokerform-ignore rabbitmq/dead-letter-exchange-missing: so on the broker when it was imported';
  expect(text).toContain(`        ${comment}\n        exchange: nowhere\n`);
  expect(await cli('validate')).toMatchObject({ code: 0 });
  const planned = await cli('plan --detailed-exitcode --against definitions.json');
  expect(planned).toMatchObject({ code: 0 });
});

test('a definitions file becomes YAML that plans empty against it', async () => {
  const definitions = {
    rabbit_version: '4.3.6',
    vhosts: [{ name: '/' }],
    queues: [{ name: '../../q', vhost: '/', durable: true, auto_delete: false, arguments: {} }],
    exchanges: [],
    bindings: [],
  };
  write({ 'definitions.json': JSON.stringify(definitions), 'brokerform.yaml': CONFIG });
  const { code, stdout } = await cli('import --from definitions.json --out topologies');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^wrote topologies\//);
  const planned = await cli('plan --against definitions.json');
  expect(planned.stdout).toContain('No changes.');
});

test('what was imported is accepted by one command, which import names; what is added is a finding', async () => {
  const queue = (name: string) => ({ name, vhost: '/', durable: true });
  const definitions = { rabbit_version: '4.3.6', vhosts: [{ name: '/' }], queues: [queue('a'), queue('b')] };
  write({ 'definitions.json': JSON.stringify(definitions), 'brokerform.yaml': CONFIG });
  const imported = await cli('import --from definitions.json --out topologies');
  expect(imported.stderr).toContain('4 findings in what was imported. brokerform validate shows them');
  const [command = ''] = /validate --write-baseline$/m.exec(imported.stderr) ?? [];
  const written = await cli(`${command} --fail-on info`);
  expect(written).toMatchObject({ code: 0, stdout: 'No findings.\n' });
  expect(written.stderr).toContain('Wrote 4 findings to lint-baseline.json.');
  expect(await cli('validate --fail-on info')).toMatchObject({ code: 0, stdout: 'No findings.\n' });
  write({ 'topologies/new.yaml': 'rabbitmq: { queues: { c: {} } }\n' });
  const { code, stdout } = await cli('validate --fail-on info');
  expect([code, stdout.match(/queue "\w"/g)]).toEqual([3, ['queue "c"', 'queue "c"']]);
  // A file of another name accepts nothing before the configuration names it.
  rmSync(path('lint-baseline.json'));
  expect((await cli('validate --write-baseline known.json')).stderr).toContain(
    'name it as lint.baseline in brokerform.yaml',
  );
  write({ 'brokerform.yaml': `${CONFIG}lint: { baseline: known.json }\n` });
  expect((await cli('validate --write-baseline')).stderr).toContain('to known.json.');
});

test('an import of what only another tool plans says nothing of accepting it', async () => {
  write({
    'brokerform.yaml':
      'project: p\ntopologies: [t/*.yaml]\nbrokers: { k: { type: kafka, bootstrap: ["localhost:1"] } }\n',
    'state.yaml': 'topics: { orders: { partitions: 1, replication: 1 } }\n',
  });
  const { code, stderr } = await cli('import --from kafka-gitops state.yaml --out t');
  expect([code, stderr]).toEqual([0, '']);
});

test('an import over files that exist shows what would change in them, and overwrites nothing', async () => {
  const queue = (type: string) => ({ name: 'q', vhost: '/', arguments: { 'x-queue-type': type } });
  const writeDefinitions = (type: string) =>
    write({ 'definitions.json': JSON.stringify({ rabbit_version: '4.3.6', queues: [queue(type)] }) });
  write({ 'brokerform.yaml': CONFIG });
  await writeDefinitions('classic');
  expect(await cli('import --from definitions.json --out topologies')).toMatchObject({ code: 0 });
  const before = read('topologies/default.yaml');
  await writeDefinitions('quorum');
  const { code, stdout, stderr } = await cli('import --from definitions.json --out topologies');
  expect(code).not.toBe(0);
  expect(stderr).toContain('will not overwrite');
  expect(stdout).toMatch(
    /^--- topologies\/default\.yaml\n\+\+\+ topologies\/default\.yaml\n@@ .* @@\n(?: .*\n)*-\s+type: classic\n\+\s+type: quorum\n(?: .*\n)*$/,
  );
  expect(read('topologies/default.yaml')).toBe(before);
});

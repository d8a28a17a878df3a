import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { sampleOf } from '../import/samples.ts';
import { projectOfEachTest } from './project.ts';

const { cli, path, read, write } = projectOfEachTest();

const TOPIC =
  'asyncapi: 2.0.0\nchannels: { orders: { x-team: shop, bindings: { kafka: { partitions: 3 } } } }\n';
const TWO_KAFKAS = `project: shop
topologies: [topologies/*.yaml]
brokers:
  one: { type: kafka, bootstrap: ["localhost:1"] }
  two: { type: kafka, bootstrap: ["localhost:2"] }
`;

test('one document of two brokers becomes files of both, which validate; what is left stands in the first', async () => {
  write({ 'api.yaml': sampleOf('asyncapi 3') });
  const { code, stdout, stderr } = await cli('import --from api.yaml --out topologies');
  expect([code, stdout]).toEqual([
    0,
    'wrote topologies/rabbitmq-shop.yaml\nwrote topologies/kafka-topics.yaml\n',
  ]);
  expect(stderr).toMatch(/^api\.yaml:8:5 warning import\/not-carried-over servers\.kafka\.bindings: /);
  expect(stderr).toContain('6 warnings in 1 file');
  const first = read('topologies/rabbitmq-shop.yaml');
  expect(first.match(/^# not imported: api\.yaml:\d+:\d+ /gm)).toHaveLength(6);
  expect(read('topologies/kafka-topics.yaml')).not.toContain('not carried over');
  expect(await cli('validate topologies')).toMatchObject({ code: 0 });
});

test('a folder with the files of several tools', async () => {
  write({
    'k8s/strimzi.yaml': sampleOf('strimzi'),
    'k8s/deep/rabbit.yml': sampleOf('rabbitmq-operator'),
    'k8s/readme.md': 'nothing to see',
  });
  const { code, stdout, stderr } = await cli('import --from k8s --out t');
  expect(stdout.split('\n').filter((line) => line !== '')).toEqual(
    ['rabbitmq-shop', 'rabbitmq-users', 'kafka-topics', 'kafka-acls', 'kafka-quotas', 'kafka-users'].map(
      (name) => `wrote t/${name}.yaml`,
    ),
  );
  expect(code).toBe(0);
  expect(stderr).toContain(
    'k8s/strimzi.yaml:37:1 warning import/not-carried-over the document: a Deployment is no topology',
  );
  expect((await cli('validate t')).code).toBe(0);
});

describe('the format', () => {
  test('may stand before the files', async () => {
    write({
      'a.yaml': TOPIC,
      'b.json': JSON.stringify({ asyncapi: '2.0.0', channels: { pay: { bindings: { kafka: {} } } } }),
    });
    const { code, stdout } = await cli('import --from asyncapi a.yaml b.json');
    expect(code).toBe(0);
    expect(stdout).toMatch(/topics:\n {4}orders:\n {6}partitions: 3\n {4}pay: \{\}\n/);
  });

  test.each([
    ['import --from asyncapi', 64, '--from asyncapi needs a file after it'],
    ['import --from asincapi a.yaml', 64, 'there is no format asincapi\n  hint: did you mean asyncapi?'],
    [
      'import --from strimzi a.yaml',
      65,
      'a.yaml is in no format that can be imported\n    hint: strimzi: it has apiVersion',
    ],
    ['import --from definitions a.yaml', 65, 'a.yaml is no export that brokerform knows'],
    ['import --from definitions a.yaml b.yaml', 64, 'definitions is one file, and 2 are named'],
    ['import --from no.yaml', 65, 'no.yaml: no such file or directory'],
    ['import --from a.yaml no.yaml', 65, 'no.yaml does not exist'],
    ['import --from empty', 65, 'the folder empty holds no YAML, JSON or tfstate file'],
    ['import --from a.yaml --format snapshot', 64, 'a snapshot is of a broker'],
  ])('%s', async (line, exit, message) => {
    write({ 'a.yaml': TOPIC, 'b.yaml': TOPIC, 'empty/x.txt': '' });
    const { code, stdout, stderr } = await cli(line);
    expect([code, stdout]).toEqual([exit, '']);
    expect(stderr).toContain(message);
  });

  test('a file that is called like a format is a file', async () => {
    write({ asyncapi: TOPIC });
    expect((await cli('import --from asyncapi')).code).toBe(0);
  });
});

test('mistakes are told all at once, and nothing is written', async () => {
  write({
    'a.yaml': 'asyncapi: 2.0.0\nchannels:\n  a: { bindings: { kafka: { partitions: x, replicas: [] } } }\n',
  });
  const { code, stdout, stderr } = await cli('import --from a.yaml --out t');
  expect([code, stdout]).toEqual([65, '']);
  expect(stderr).toContain(
    'a.yaml:3:41 error import/wrong-value channels.a.bindings.kafka.partitions: expected an integer, got a string',
  );
  expect(stderr).toContain(
    'a.yaml:3:54 error import/wrong-value channels.a.bindings.kafka.replicas: expected an integer, got a list',
  );
  expect(stderr).toContain('error: 2 errors in a.yaml; no broker was changed');
  expect(readdirSync(path())).toEqual(['a.yaml']);
});

test('nothing that can be carried over is no success', async () => {
  write({ 'a.yaml': 'asyncapi: 2.0.0\nchannels: { a: {} }\n' });
  const { code, stdout, stderr } = await cli('import --from a.yaml --quiet');
  expect([code, stdout]).toEqual([65, '']);
  expect(stderr).toContain('channels.a: neither a binding nor a server says');
  expect(stderr).toContain('error: nothing in these files can be imported');
});

test('--quiet leaves the list to the file', async () => {
  write({ 'a.yaml': TOPIC });
  const { code, stdout, stderr } = await cli('import --from a.yaml --quiet');
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain(
    '# not imported: a.yaml:2:23 channels.orders.x-team: brokerform knows no such key\n',
  );
});

test('of several brokers of one type one is to be chosen, and is named in the file', async () => {
  write({ 'a.yaml': TOPIC, 'brokerform.yaml': TWO_KAFKAS });
  const unchosen = await cli('import --from a.yaml');
  expect(unchosen).toMatchObject({ code: 64, stdout: '' });
  expect(unchosen.stderr).toContain('there are 2 brokers of type kafka in the configuration');
  const { code, stdout } = await cli('import --from a.yaml --broker two');
  expect(code).toBe(0);
  expect(stdout).toContain('kafka:\n  broker: two\n  topics:\n');
});

describe('a state of Terraform', () => {
  test('each resource has its address above it, and what to let go of is listed', async () => {
    write({ 'terraform.tfstate': sampleOf('terraform rabbitmq') });
    const { code, stdout, stderr } = await cli('import --from terraform.tfstate --out t');
    expect([code, stdout]).toEqual([0, 'wrote t/shop.yaml\nwrote t/users.yaml\n']);
    const text = read('t/shop.yaml');
    expect(text).toContain('  # terraform: rabbitmq_vhost.shop\n  vhost: shop\n');
    expect(text).toContain('    # terraform: module.shop["eu"].rabbitmq_exchange.events\n    events:\n');
    expect(text).toContain('        # terraform: rabbitmq_binding.orders["eu"]\n        - from: events\n');
    const users = read('t/users.yaml');
    expect(users.match(/# terraform: rabbitmq_topic_permissions\.app\n/g)).toHaveLength(2);
    expect(stderr).toContain('next:\n  1. brokerform plan: ');
    // Both instances of the queue were read, so that the resource can go as a whole.
    expect(stderr).toContain("     terraform state rm \\\n       'rabbitmq_binding.orders' \\\n");
    expect(stderr).toContain(`       'module.shop["eu"].rabbitmq_exchange.events' \\\n`);
    expect(stderr).toContain("       'rabbitmq_queue.orders' \\\n");
    expect(stderr).not.toContain('aws_mq_broker.main');
    expect((await cli('validate t')).code).toBe(0);
  });

  test('a part of a resource is handed over as a part', async () => {
    write({ 's/x.tfstate': sampleOf('terraform rabbitmq') });
    const line = 'import --from terraform s --target rabbitmq/queue/shop/orders.us --out t';
    const { code, stderr } = await cli(line);
    expect(code).toBe(0);
    expect(stderr).toContain('state rm \\\n       \'rabbitmq_queue.orders["us"]\'\n  3. ');
  });

  test('what is live can be planned, however unwise', async () => {
    // Without the sources, which bring subjects of other streams.
    const sample = sampleOf('terraform jetstream').replace(/ +source: \[.*\n/, '');
    write({ 'x.tfstate': sample.replace('filter_subject: orders.paid', 'filter_subject: bills.paid') });
    expect((await cli('import --from x.tfstate --out t')).code).toBe(0);
    expect(read('t/streams.yaml')).toMatch(
      /# brokerform-ignore nats\/filter-outside-stream: so on the broker when it was imported\n +filter_subject/,
    );
    expect((await cli('validate t')).code).toBe(0);
  });

  test('a plan: nothing is let go of that is still to be made', async () => {
    write({ 'plan.json': sampleOf('terraform plan') });
    const { code, stderr } = await cli('import --from plan.json --cluster rabbitmq.eu');
    expect(code).toBe(0);
    expect(stderr).not.toContain('terraform state rm');
    expect(await cli('import --cluster rabbitmq.eu')).toMatchObject({ code: 64 });
  });
});

test('names of other tools’ files are no commands to a terminal', async () => {
  write({ 'a.yaml': 'asyncapi: 2.0.0\nchannels: { a: { "x\\e[31m": 1, bindings: { kafka: {} } } }\n' });
  const { stdout, stderr } = await cli('import --from a.yaml');
  expect(stdout + stderr).not.toContain('\u001b');
});

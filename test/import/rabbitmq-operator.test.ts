import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readFiles } from './read.ts';
import { sampleOf } from './samples.ts';

async function sectionsOf(text: string) {
  const { yaml, leftovers, errors } = await readFiles(text);
  expect(errors).toEqual([]);
  const sections = yaml
    .split('---\n')
    .flatMap((part) => (part.trim() === '' ? [] : [parse(part) as { rabbitmq: unknown }]));
  return { sections: sections.map(({ rabbitmq }) => rabbitmq), leftovers };
}

const resource = (kind: string, spec: string, name = 'r') => `apiVersion: rabbitmq.com/v1beta1
kind: ${kind}
metadata: { name: ${name}, namespace: mq }
spec: ${spec}
`;

test('a vhost with all that can be in it, and users', async () => {
  const { sections, leftovers } = await sectionsOf(sampleOf('rabbitmq-operator'));
  const stream = (index: number) => ({
    type: 'stream',
    bindings: [{ from: 'invoices', key: String(index), arguments: { 'x-stream-partition-order': index } }],
  });
  expect(sections).toEqual([
    {
      vhost: 'shop',
      tags: ['eu'],
      'default-queue-type': 'quorum',
      limits: { 'max-connections': 100, 'max-queues': 50 },
      exchanges: { events: { type: 'topic' }, invoices: { type: 'direct' } },
      queues: {
        'invoices-0': stream(0),
        'invoices-1': stream(1),
        orders: {
          type: 'quorum',
          'message-ttl': '1d',
          'max-length': 1000,
          bindings: [{ from: 'events', key: 'order.#' }],
        },
      },
      policies: {
        limit: { pattern: '^o', 'apply-to': 'queues', priority: 2, definition: { 'max-length': 10000 } },
      },
      'operator-policies': { cap: { pattern: '.*', 'apply-to': 'queues', definition: { 'max-length': 1 } } },
      permissions: { legacy: { read: '.*' } },
      'topic-permissions': { legacy: { events: { write: '^a', read: '^b' } } },
      'federation-upstreams': { up: { uri: '${FEDERATION_UP_URI}', 'message-ttl': '1m' } },
      shovels: {
        move: {
          'src-uri': '${SHOVEL_MOVE_SRC_URI}',
          'src-queue': 'a',
          'src-delete-after': 'never',
          'dest-uri': '${SHOVEL_MOVE_DEST_URI}',
          'dest-queue': 'b',
          'ack-mode': 'on-confirm',
          'reconnect-delay': '30s',
        },
      },
    },
    {
      users: {
        app: {
          password: '${RABBITMQ_APP_PASSWORD}',
          tags: ['management'],
          limits: { 'max-connections': 5 },
          permissions: { shop: { write: '.*' } },
        },
      },
    },
  ]);
  expect(leftovers.map((line) => line.replace(/^f\.yaml:\d+:\d+ /, '').replace(/;.*/, ''))).toEqual([
    'items[6].spec.importCredentialsSecret: a password is never copied: set RABBITMQ_APP_PASSWORD in the environment',
    'items[8].spec: the operator made up its name',
    'items[12].spec.uriSecret: credentials are never copied: set SHOVEL_MOVE_SRC_URI to its srcUri and SHOVEL_MOVE_DEST_URI to its destUri of Secret shovel-uris',
    'items[13].spec.uriSecret: credentials are never copied: set FEDERATION_UP_URI to its uri of Secret fed',
    'items[15].kind: SchemaReplication s: replication of schemas is a feature of a commercial RabbitMQ',
  ]);
});

test('what is not said is what the operator takes for it', async () => {
  const { sections, leftovers } = await sectionsOf(
    [
      resource('Queue', '{ name: q }'),
      resource('Queue', '{ name: s, type: stream }'),
      resource('Exchange', '{ name: e }'),
      resource('Policy', '{ name: p, pattern: .*, definition: { expires: 1000 } }'),
    ].join('---\n'),
  );
  expect(sections).toEqual([
    {
      vhost: '/',
      exchanges: { e: { type: 'direct', durable: false } },
      queues: { q: { type: 'classic', durable: false }, s: { type: 'stream' } },
      policies: { p: { pattern: '.*', definition: { expires: '1s' } } },
    },
  ]);
  expect(leftovers).toEqual([
    expect.stringContaining('f.yaml:4:7 spec.durable: it is not said, which the operator takes for false'),
    expect.stringContaining('f.yaml:14:7 spec.durable: it is not said, which the operator takes for false'),
  ]);
});

test('a binding to an exchange that is declared elsewhere is kept, and one between exchanges', async () => {
  const { sections } = await sectionsOf(
    [
      resource('Binding', '{ source: elsewhere, destination: far, destinationType: queue, routingKey: k }'),
      resource(
        'Binding',
        '{ source: a, destination: b, destinationType: exchange, arguments: { x-match: all, n: 1 } }',
      ),
    ].join('---\n'),
  );
  expect(sections).toEqual([
    {
      vhost: '/',
      bindings: [
        { from: 'elsewhere', to: 'far', key: 'k' },
        { from: 'a', 'to-exchange': 'b', 'x-match': 'all', arguments: { n: 1 } },
      ],
    },
  ]);
});

test('the name of a user is known by its status, too', async () => {
  const user = `${resource('User', '{ tags: [] }', 'u')}status: { username: u-generated }\n`;
  const permission = resource(
    'Permission',
    '{ vhost: /, userReference: { name: u }, permissions: { read: .* } }',
  );
  const { sections, leftovers } = await sectionsOf([user, permission].join('---\n'));
  expect(sections).toEqual([
    { vhost: '/' },
    {
      users: {
        'u-generated': { password: '${RABBITMQ_U_GENERATED_PASSWORD}', permissions: { '/': { read: '.*' } } },
      },
    },
  ]);
  expect(leftovers).toEqual([
    expect.stringContaining('set RABBITMQ_U_GENERATED_PASSWORD in the environment'),
  ]);
});

test('a namespace that only some resources tell is that of all', async () => {
  const queue = (name: string, reference: string) =>
    resource('Queue', `{ name: ${name}, type: quorum, rabbitmqClusterReference: ${reference} }`).replace(
      ', namespace: mq',
      '',
    );
  const same = [
    queue('a', '{ name: x }'),
    queue('b', '{ name: x, namespace: n }'),
    queue('c', '{ name: x }'),
  ];
  expect((await readFiles(same.join('---\n'))).errors).toEqual([]);
  const other = [...same, queue('d', '{ name: x, namespace: m }')];
  expect((await readFiles(other.join('---\n'))).errors).toEqual([
    expect.stringMatching(/this is for x in namespace m, and f\.yaml:4:\d+ is for x in namespace n/),
  ]);
});

test('resources of two clusters, and such that lack what they need, are mistakes', async () => {
  const { errors } = await readFiles(
    [
      resource('Queue', '{ name: q, type: quorum, rabbitmqClusterReference: { name: a } }'),
      resource('Queue', '{ name: r, type: quorum, rabbitmqClusterReference: { name: b } }'),
      resource('Policy', '{ name: p }'),
      resource('Binding', '{ source: a, destination: amq.x }'),
    ].join('---\n'),
  );
  expect(errors).toEqual([
    'f.yaml:9:58 this is for b in namespace mq, and f.yaml:4:58 is for a in namespace mq',
    'f.yaml:14:7 spec: missing required key "definition"',
    'f.yaml:14:7 spec: missing required key "pattern"',
    'f.yaml:19:7 spec: missing required key "destinationType"',
  ]);
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Document, Scalar, stringify, visit } from 'yaml';
import { rabbitmq } from '../../../../src/brokers/rabbitmq/index.ts';
import { bindingResource } from '../../../../src/brokers/rabbitmq/kinds/binding/identity.ts';
import { exchangeResource } from '../../../../src/brokers/rabbitmq/kinds/exchange/index.ts';
import { limitsResource } from '../../../../src/brokers/rabbitmq/kinds/limits.ts';
import {
  globalParameterResource,
  parameterResource,
} from '../../../../src/brokers/rabbitmq/kinds/parameter/index.ts';
import { permissionResource } from '../../../../src/brokers/rabbitmq/kinds/permission.ts';
import { policyResource } from '../../../../src/brokers/rabbitmq/kinds/policy/index.ts';
import { queueResource } from '../../../../src/brokers/rabbitmq/kinds/queue/yaml.ts';
import { userResource } from '../../../../src/brokers/rabbitmq/kinds/user.ts';
import { vhostResource } from '../../../../src/brokers/rabbitmq/kinds/vhost.ts';
import { diffResources } from '../../../../src/diff/index.ts';
import { HIDDEN, type JsonObject } from '../../../../src/model/index.ts';
import { runs } from '../../../setup/runs.ts';
import { broker, contextOf, declareFiles } from '../topology.ts';
import { liveBroker } from './live-broker.ts';

const B = 'rabbitmq';

describe('toSections', () => {
  it('writes what a person would have written', () => {
    const files = rabbitmq.toSections(
      [
        vhostResource(B, '/orders', {
          description: 'Orders',
          tags: ['b', 'a'],
          'default-queue-type': 'quorum',
        }),
        limitsResource('vhost', B, '/orders', { limits: { 'max-queues': 100 } }),
        live.exchange('events', { type: 'topic', arguments: { 'alternate-exchange': 'unrouted' } }),
        live.exchange('unrouted', { type: 'fanout' }),
        live.exchange('amq.topic', { type: 'topic' }),
        live.queue('notifications', {
          type: 'quorum',
          arguments: {
            'x-queue-type': 'quorum',
            'x-message-ttl': 604_800_000,
            'x-max-length-bytes': 67_108_864,
            'x-dead-letter-exchange': 'dlx',
            'x-other': '${HOME}',
          },
        }),
        live.queue('old', { durable: false, 'auto-delete': true }),
        live.queue('amq.gen-x', { 'auto-delete': true }),
        live.queue('mine', { exclusive: true }),
        live.binding('events', 'notifications', 'order.#'),
        live.binding('events', 'notifications', 'invoice.#'),
        live.binding('events', 'amq.gen-x', 'x'),
        live.binding('events', 'mine', 'x'),
        live.binding('amq.headers', 'old', '', { 'x-match': 'any', n: 1 }),
        policyResource(B, 'policy', '/orders', 'ttl', {
          pattern: '^old',
          'apply-to': 'queues',
          priority: 0,
          definition: { 'message-ttl': 3_600_000 },
        }),
        parameterResource(B, '/orders', 'shovel', 'move', {
          value: { 'reconnect-delay': 300, 'dest-uri': 'amqp://', 'src-queue': 'old', 'src-uri': HIDDEN },
        }),
        parameterResource(B, '/orders', 'federation-upstream-set', 'set', {
          value: [{ upstream: 'up', expires: 3_600_000 }],
        }),
        parameterResource(B, '/orders', 'federation-upstream', 'up', {
          value: { uri: 'amqp://', 'my-key': 1 },
        }),
        userResource(B, 'app', { tags: ['monitoring'], 'password-hash': HIDDEN }),
        permissionResource(B, '/orders', 'app', { configure: '', write: '^events$', read: '' }),
        globalParameterResource(B, 'cluster_name', { value: 'rabbit@host' }),
      ],
      broker(),
    );
    expect(
      files
        .map(({ name, section, notes }) => `# ${name} ${notes.join('; ')}\n${stringify(section)}`)
        .join(''),
    ).toBe(
      `# orders.yaml set SHOVEL_MOVE_SRC_URI in the environment: shovel move src-uri holds credentials, which are not written
vhost: /orders
description: Orders
tags:
  - a
  - b
default-queue-type: quorum
limits:
  max-queues: 100
exchanges:
  events:
    type: topic
    alternate-exchange: unrouted
  unrouted:
    type: fanout
queues:
  notifications:
    type: quorum
    dead-letter:
      exchange: dlx
    message-ttl: 7d
    max-length-bytes: 64MiB
    arguments:
      x-other: $\${HOME}
    bindings:
      - from: events
        keys:
          - invoice.#
          - order.#
  old:
    type: classic
    durable: false
    auto-delete: true
    bindings:
      - from: amq.headers
        x-match: any
        arguments:
          n: 1
policies:
  ttl:
    pattern: ^old
    apply-to: queues
    definition:
      message-ttl: 1h
federation-upstream-sets:
  set:
    - upstream: up
      expires: 1h
shovels:
  move:
    src-uri: \${SHOVEL_MOVE_SRC_URI}
    src-queue: old
    dest-uri: amqp://
    reconnect-delay: 5m
parameters:
  federation-upstream:
    up:
      uri: amqp://
      my-key: 1
# users.yaml the password of user app cannot be read, and stays as it is
users:
  app:
    tags:
      - monitoring
    permissions:
      /orders:
        write: ^events$
`,
    );
  });

  it('gives every vhost a file name of its own that any file system takes', () => {
    const names = ['/', '/a/b', 'a b', 'A-B', '../..', 'users', '\u{1f600}'].map((name) =>
      vhostResource(B, name, { description: 'x' }),
    );
    const files = rabbitmq.toSections([...names, userResource(B, 'u', { tags: [] })], broker());
    expect(files.map(({ name }) => name).sort()).toEqual([
      'A-B-2.yaml',
      'a-b-3.yaml',
      'a-b.yaml',
      'default.yaml',
      'users-2.yaml',
      'users.yaml',
      'vhost-2.yaml',
      'vhost.yaml',
    ]);
  });

  it('plans to nothing, whatever is there', () => {
    fc.assert(
      fc.property(liveBroker, ({ resources, version }) => {
        const identity = broker(version);
        const files = rabbitmq.toSections(resources, identity);
        const texts = Object.fromEntries(
          files.map(({ name, section }) => [name, yamlOf({ rabbitmq: section })]),
        );
        const { resources: desired, findings } = declareFiles(texts);
        expect(findings.filter((finding) => !finding.startsWith('load/empty-file'))).toEqual([]);
        const context = contextOf(desired, resources, identity);
        const difference = diffResources({
          context,
          kinds: rabbitmq.kinds,
          retired: [],
          owns: ['**'],
          prune: true,
        });
        expect(difference.changes).toEqual([]);
      }),
      { numRuns: runs(20) },
    );
  });
});

/** The yaml package writes a key `<<` plain, which readers take for a merge. */
function yamlOf(value: JsonObject): string {
  const document = new Document(value);
  visit(document, {
    Scalar(_, node) {
      if (node.value === '<<') node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return document.toString();
}

const live = {
  exchange: (name: string, spec: JsonObject) =>
    exchangeResource(B, '/orders', name, {
      durable: true,
      'auto-delete': false,
      internal: false,
      arguments: {},
      ...spec,
    }),
  queue: (name: string, spec: JsonObject) =>
    queueResource(B, '/orders', name, {
      type: 'classic',
      durable: true,
      'auto-delete': false,
      exclusive: false,
      arguments: {},
      ...spec,
    }),
  binding: (source: string, destination: string, routingKey: string, args: JsonObject = {}) =>
    bindingResource(
      B,
      { vhost: '/orders', source, destinationType: 'queue', destination, routingKey, arguments: args },
      routingKey || '~',
    ),
};

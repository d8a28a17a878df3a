import { expect, test } from 'vitest';
import { consumerNameOf, streamNameOf } from '../../../../src/brokers/nats/kinds/addresses.ts';
import { Scratch } from '../../../../src/brokers/nats/session/testing/scratch.ts';
import { copyMadeAt, copyName, kindOf, newCopyId } from '../../../../src/model/index.ts';
import { topologyOf } from '../routing/sketch.ts';

const { broker, resources } = topologyOf(`
streams:
  COPY:
    sources:
      - { name: MIRROR, filter_subject: orders.eu }
      - { name: KV_settings, subject_transforms: [{ src: $KV.settings.*, dest: "s.$1" }] }
      - { name: ELSEWHERE }
      - { name: ORDERS, external: { api: $JS.hub.API } }
  MIRROR: { mirror: { name: ORDERS } }
  ORDERS:
    subjects: [orders.>]
    retention: interest
    max_msgs: 1
    subject_transform: { src: orders.*, dest: "o.{{wildcard(1)}}" }
    republish: { dest: again.> }
    consumers:
      paid: { filter_subject: orders.paid, deliver_policy: new, max_deliver: 3, ack_policy: none }
      pushed: { deliver_subject: out, deliver_group: g, flow_control: true, idle_heartbeat: 1s }
key-value: { settings: { history: 5 } }
`);
const id = newCopyId(Date.now());
const scratch = new Scratch(resources, broker, id);
const specs = new Map(
  scratch.resources.map(({ address, spec }) => {
    const stream = scratch.originals.get(streamNameOf(address)) ?? '';
    return [kindOf(address) === 'consumer' ? `${stream}/${consumerNameOf(address)}` : stream, spec];
  }),
);
const nameOf = (stream: string) => scratch.names.get(stream);
const at = (subject: string) => `brokerform_test.${id}.${subject}`;

test('all names and subjects of a copy are its own', () => {
  expect(specs.get('ORDERS')).toMatchObject({
    ...{ subjects: [at('orders.>')], retention: 'interest', storage: 'memory' },
    subject_transform: { src: at('orders.*'), dest: at('o.{{wildcard(1)}}') },
    republish: { src: at('>'), dest: at('again.>'), headers_only: false },
  });
  expect(specs.get('KV_settings')?.subjects).toEqual([at('$KV.settings.>')]);
  expect(specs.get('MIRROR')?.mirror).toEqual({ name: nameOf('ORDERS') });
  const copied = [
    { name: nameOf('MIRROR'), filter_subject: at('orders.eu') },
    { name: nameOf('KV_settings'), subject_transforms: [{ src: at('$KV.settings.*'), dest: at('s.$1') }] },
  ];
  const { sources } = specs.get('COPY') ?? {};
  expect(sources).toHaveLength(2);
  expect(sources).toEqual(expect.arrayContaining(copied));
  for (const name of scratch.originals.keys()) expect(kindOf(`main/stream/${name}`)).toBe('stream');
});

test('a consumer keeps what it takes, and where to', () => {
  const common = { ack_policy: 'explicit', ack_wait: 3_600_000_000_000 };
  expect(specs.get('ORDERS/paid')).toEqual({ ...common, filter_subjects: [at('orders.paid')] });
  expect(specs.get('ORDERS/pushed')).toEqual({ ...common, deliver_subject: at('out'), deliver_group: 'g' });
});

test('origins come first, consumers last', () => {
  const waves = scratch.waves.map((wave) =>
    wave.map(({ address }) => scratch.originals.get(streamNameOf(address))).sort(),
  );
  expect(waves).toEqual([['KV_settings', 'ORDERS'], ['MIRROR'], ['COPY'], ['ORDERS', 'ORDERS']]);
});

test('a message keeps the headers by which streams refuse it', () => {
  const headers = {
    ...{ 'Nats-Expected-Stream': 'ORDERS', 'Nats-Rollup': 'sub', 'Nats-TTL': '1s' },
    ...{ 'Nats-Msg-Id': '1', 'Nats-Expected-Last-Sequence': '5', Own: 'x' },
  };
  expect(scratch.message({ subject: 'orders.paid', headers })).toEqual({
    subject: at('orders.paid'),
    headers: { 'Nats-Expected-Stream': nameOf('ORDERS'), 'Nats-Rollup': 'sub', 'Nats-TTL': '1h', Own: 'x' },
  });
  expect(scratch.original(at('orders.paid'))).toBe('orders.paid');
  expect(scratch.original('orders.paid')).toBeUndefined();
});

test('an account without memory gets files, one that requires a limit gets one', () => {
  const facts = { limits: { max_memory: 0, max_bytes_required: true } };
  const [first] = new Scratch(resources, { facts }, id).resources;
  expect(first?.spec).toMatchObject({ storage: 'file', max_bytes: 1_048_576 });
});

test('only the name of a copy tells when it was made', () => {
  const now = 1_764_000_000_000;
  expect(copyMadeAt(copyName(newCopyId(now), 12))).toBe(now);
  for (const name of ['brokerform-test-x', `x-${copyName(newCopyId(now), 0)}`, 'ORDERS']) {
    expect(copyMadeAt(name)).toBeUndefined();
  }
});

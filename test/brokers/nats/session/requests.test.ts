import { expect, test } from 'vitest';
import { lowestVersion } from '../../../../src/brokers/nats/session/identity.ts';
import { droppedFields, isSame, type Sent } from '../../../../src/brokers/nats/session/requests.ts';
import type { BrokerIdentity, JsonObject } from '../../../../src/model/index.ts';

const broker: BrokerIdentity = { name: 'main', type: 'nats', id: 'x', version: '2.10.27', facts: {} };

function dropped(config: JsonObject, echo: JsonObject, of: Sent['of'] = 'stream'): string[] {
  return droppedFields({ config, of }, echo, broker);
}

test('what the echo lacks was dropped; nothing that stands for "not set" was', () => {
  expect(dropped({ compression: 's2', max_msgs: 5 }, { max_msgs: 5 })).toEqual(['compression']);
  expect(dropped({ allow_msg_ttl: true, brand_new: 3 }, {})).toEqual(['allow_msg_ttl', 'brand_new']);
  expect(
    dropped(
      { compression: 'none', sealed: false, metadata: {}, placement: null, subjects: [], no_ack: false },
      {},
    ),
  ).toEqual([]);
});

test('parts of objects and of lists are looked at, in whatever order they come back', () => {
  const sources = [{ name: 'B', filter_subject: 'b' }, { name: 'A' }];
  expect(dropped({ sources }, { sources: [{ name: 'A' }, { name: 'B', filter_subject: 'b' }] })).toEqual([]);
  expect(dropped({ sources }, { sources: [{ name: 'A' }, { name: 'B' }] })).toEqual([
    'sources.filter_subject',
  ]);
  expect(dropped({ metadata: { a: 'b' } }, { metadata: { a: 'b', '_nats.level': '5' } })).toEqual([]);
});

test('two sources of one origin are told apart, and a source that is gone is seen', () => {
  const filtered = { name: 'O', filter_subject: 'o.b' };
  const moved = { name: 'O', subject_transforms: [{ src: 'o.a', dest: 'z.a' }] };
  expect(dropped({ sources: [filtered, moved] }, { sources: [filtered, moved] })).toEqual([]);
  expect(dropped({ sources: [filtered, moved] }, { sources: [moved, filtered] })).toEqual([]);
  expect(dropped({ sources: [filtered, moved] }, { sources: [filtered, { name: 'O' }] })).toEqual([
    'sources.subject_transforms',
  ]);
  expect(dropped({ sources: [filtered, moved] }, { sources: [filtered] })).toEqual(['sources']);
  expect(
    dropped({ sources: [{ ...filtered, opt_start_seq: 5 }, moved] }, { sources: [filtered, moved] }),
  ).toEqual(['sources.opt_start_seq']);
});

test('values that came back different are not dropped', () => {
  expect(dropped({ num_replicas: 3, max_age: 5 }, { num_replicas: 1, max_age: 6 })).toEqual([]);
  expect(dropped({ filter_subjects: ['a'] }, { filter_subject: 'a' }, 'consumer')).toEqual([]);
});

test('the same is the same with and without defaults, and one difference is enough', () => {
  const live = {
    name: 'A',
    subjects: ['a'],
    retention: 'limits',
    max_msgs: -1,
    compression: 'none',
    metadata: { '_nats.ver': '2.15.1' },
  };
  const same = (config: JsonObject) => isSame({ config, of: 'stream' }, live, broker);
  expect(same({ name: 'A', subjects: ['a'] })).toBe(true);
  expect(same({ name: 'A', subjects: ['a'], max_msgs: 5 })).toBe(false);
  // A field that is live and was not sent goes back to its default with an update.
  expect(same({ name: 'A' })).toBe(false);
});

test.each([
  ['2.9.10', 0, '2.9.10'],
  ['2.10.27', 0, '2.10.27'],
  ['2.15.1', 5, '2.15.1'],
  ['2.16.0', 6, '2.16.0'],
  ['2.15.1', 4, '2.14.0'],
  ['2.12.4', 0, '2.10.0'],
  ['2.10.27', 5, '2.10.27'],
])('connected to %s with the leader at level %i, the cluster is at %s', (connected, level, version) => {
  expect(lowestVersion(connected, level)).toBe(version);
});

import { describe, expect, it } from 'vitest';
import { placeOf, type Resource } from '../../../../src/model/index.ts';
import { checkSection } from '../project.ts';

const HOUR = 3600 * 1_000_000_000;

function only({ resources }: { resources: readonly Resource[] }, address: string): Resource {
  const found = resources.find((resource) => resource.address === address);
  if (!found) throw new Error(`no ${address} among ${resources.map((resource) => resource.address)}`);
  return found;
}

describe('the nats section', () => {
  const section = `streams:
  ORDERS:
    subjects: orders.>
    max_age: 1d12h
    max_bytes: 10GiB
    duplicate_window: 500ms
    consumer_limits: { inactive_threshold: 1h }
    metadata: { team: shop, level: 3 }
    sources:
      - { name: OLD, opt_start_time: "2026-01-01T02:00:00+02:00" }
    consumers:
      billing:
        filter_subject: orders.paid
        backoff: [1s, 1m]
        sample_freq: "30"
  AUDIT:
key-value:
  users: { history: 5, ttl: 1h, sources: [{ name: other }, { name: KV_raw, filter_subject: x }] }
  copy: { mirror: { name: users } }
object-store:
  files: { max_bytes: 1GiB }
`;
  const checked = checkSection(section);

  it('has no mistakes', () => {
    expect(checked.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  it('becomes the API’s own words and units', () => {
    expect(only(checked, 'edge/stream/ORDERS').spec).toEqual({
      subjects: ['orders.>'],
      max_age: 36 * HOUR,
      max_bytes: 10 * 1024 ** 3,
      duplicate_window: 500_000_000,
      consumer_limits: { inactive_threshold: HOUR },
      metadata: { team: 'shop', level: '3' },
      sources: [{ name: 'OLD', opt_start_time: '2026-01-01T00:00:00Z' }],
    });
    expect(only(checked, 'edge/stream/AUDIT').spec).toEqual({});
    expect(only(checked, 'edge/consumer/ORDERS/billing')).toMatchObject({
      spec: { filter_subject: 'orders.paid', backoff: [1e9, 60e9], sample_freq: '30' },
      dependsOn: ['edge/stream/ORDERS'],
    });
  });

  it('makes streams of buckets and stores', () => {
    expect(only(checked, 'edge/key-value/users')).toMatchObject({
      spec: {
        max_msgs_per_subject: 5,
        max_age: HOUR,
        sources: [
          { name: 'KV_other', subject_transforms: [{ src: '$KV.other.>', dest: '$KV.users.>' }] },
          { name: 'KV_raw', filter_subject: 'x' },
        ],
      },
      dependsOn: ['edge/key-value/other', 'edge/key-value/raw'],
    });
    expect(only(checked, 'edge/key-value/copy').spec).toEqual({ mirror: { name: 'KV_users' } });
    expect(only(checked, 'edge/object-store/files').spec).toEqual({ max_bytes: 1024 ** 3 });
  });

  it.each([
    ['edge/stream/ORDERS', [], 3, 5],
    ['edge/stream/ORDERS', ['max_age'], 5, 7],
    ['edge/stream/ORDERS', ['consumer_limits', 'inactive_threshold'], 8, 26],
    ['edge/consumer/ORDERS/billing', ['filter_subjects'], 14, 11],
    ['edge/key-value/users', ['max_msgs_per_subject'], 19, 14],
  ])('knows the place of %s %j', (address, path, line, col) => {
    const resource = only(checked, address);
    expect(placeOf(resource, path)).toEqual({ file: 't.yaml', line, col });
  });

  it.each([
    ['streams: { KV_users: {} }', 'nats/bucket-as-stream', 'declare it as "users" under "key-value"'],
    ['streams: { OBJ_files: {} }', 'nats/bucket-as-stream', 'declare it as "files" under "object-store"'],
    ['streams: { $MQTT_msgs: {} }', 'nats/reserved-name', undefined],
    ['streams: { A: { max_age: 5 parsecs } }', 'nats/bad-value', undefined],
    ['streams: { A: { max_age: 0.5ns } }', 'nats/bad-value', undefined],
    ['streams: { A: { max_bytes: 1.3B } }', 'nats/bad-value', undefined],
    [
      'streams: { A: { consumers: { c: { deliver_policy: by_start_time, opt_start_time: yesterday } } } }',
      'nats/bad-value',
      'write it with its offset: 2026-01-31T08:00:00Z',
    ],
    [
      'streams: { A: { consumers: { c: { filter_subject: a, filter_subjects: [b] } } } }',
      'nats/given-twice',
      'put the subject among the others',
    ],
  ])('refuses %s', (text, code, hint) => {
    const { diagnostics } = checkSection(text);
    const found = diagnostics.find((diagnostic) => diagnostic.code === code);
    expect(found).toMatchObject({ severity: 'error', at: { file: 't.yaml', line: 2 } });
    if (hint !== undefined) expect(found?.hint).toBe(hint);
  });

  it.each([
    'streams: { A: { max_mesages: 5 } }',
    'streams: { A: { retention: forever } }',
    'streams: { A: { num_replicas: 7 } }',
    'streams: { A: { mirror: { filter_subject: x } } }',
    'streams: { A: { consumers: { c: { ack_policy: maybe } } } }',
    'key-value: { a: { history: 65 } }',
    'object-store: { a: { history: 1 } }',
  ])('has a schema that refuses %s', (text) => {
    expect(checkSection(text).codes.some((code) => code.startsWith('load/'))).toBe(true);
  });

  it('names both places of what is declared twice', () => {
    const { diagnostics } = checkSection('nats:\n  streams: { A: {} }\n---\nnats:\n  streams: { A: {} }\n');
    expect(diagnostics).toContainEqual(
      expect.objectContaining({
        code: 'nats/declared-twice',
        message: 'stream A is declared twice',
        related: [expect.objectContaining({ line: 2 })],
      }),
    );
  });
});

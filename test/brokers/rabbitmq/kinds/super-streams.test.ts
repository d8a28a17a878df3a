import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { rabbitmq } from '../../../../src/brokers/rabbitmq/index.ts';
import type { JsonObject, Resource } from '../../../../src/model/index.ts';
import { runs } from '../../../setup/runs.ts';
import { broker, declareYaml } from '../topology.ts';

const INVOICES = `
rabbitmq:
  super-streams:
    invoices:
      binding-keys: [emea, apac]
      max-age: 7d
      arguments: { x-custom: 1 }
`;

const STREAM = {
  type: 'stream',
  arguments: { 'x-max-age': '7D', 'x-queue-leader-locator': 'balanced', 'x-custom': 1 },
};
const STREAM_BODY = { type: 'stream', 'queue-leader-locator': 'balanced' };
const order = (number: number) => ({ arguments: { 'x-stream-partition-order': number } });
const part = (number: number) => ({ from: 'a', to: `a-${number}`, key: String(number), ...order(number) });

/** As live: with all that a broker lists. */
function declared(vhost: JsonObject): Resource[] {
  const { resources, diagnostics } = declareYaml(stringify({ rabbitmq: vhost }));
  expect(diagnostics).toEqual([]);
  return resources.map(({ address, spec, dependsOn }) => ({ address, spec, dependsOn }));
}

function sorted(resources: readonly Resource[]): Resource[] {
  return [...resources]
    .filter(({ address }) => !address.startsWith('rabbitmq/vhost/'))
    .sort((a, b) => (a.address < b.address ? -1 : 1));
}

describe('super streams', () => {
  it('are an exchange, a stream for each partition, and numbered bindings', () => {
    const { get, findings, resources } = declareYaml(INVOICES);
    expect(findings).toEqual([]);
    expect(resources.map(({ address, spec }) => [address.replace('rabbitmq/', ''), spec])).toEqual([
      ['exchange/%2F/invoices', { type: 'direct', arguments: { 'x-super-stream': true } }],
      ['queue/%2F/invoices-emea', STREAM],
      [expect.stringContaining('binding/%2F/invoices/queue/invoices-emea/emea/'), order(0)],
      ['queue/%2F/invoices-apac', STREAM],
      [expect.stringContaining('binding/%2F/invoices/queue/invoices-apac/apac/'), order(1)],
    ]);
    expect(get('rabbitmq/queue/%2F/invoices-apac')).toMatchObject({
      at: { line: 4 },
      places: { 'arguments.x-max-age': { line: 6 }, 'arguments.x-custom': { line: 7 } },
    });
  });

  it('are bound by number where only a number is given', () => {
    const { resources } = declareYaml('rabbitmq: { super-streams: { a: { partitions: 2 } } }');
    expect(resources.map(({ address }) => address.split('/').slice(1, 7).join('/'))).toEqual([
      'exchange/%2F/a',
      'queue/%2F/a-0',
      'binding/%2F/a/queue/a-0/0',
      'queue/%2F/a-1',
      'binding/%2F/a/queue/a-1/1',
    ]);
  });

  it('report each mistake once, whatever the number of partitions', () => {
    const { findings } = declareYaml(`
rabbitmq:
  super-streams:
    none: {}
    both: { partitions: 1, binding-keys: [a] }
    unit: { partitions: 9, max-age: 7 parsecs }
    amq.x: { partitions: 9 }
    twice: { partitions: 2 }
  queues:
    twice-1: { type: stream }
`);
    expect(findings.map((finding) => finding.split(' ', 2).join(' '))).toEqual([
      'rabbitmq/partitions 4:5',
      'rabbitmq/partitions 5:5',
      'rabbitmq/bad-unit 6:28',
      'rabbitmq/reserved-name 7:5',
      'rabbitmq/declared-twice 8:5',
    ]);
  });

  it('are written by an import as they were declared', () => {
    const args = fc.record(
      {
        'max-age': fc.constantFrom('7D', '1h'),
        'max-length-bytes': fc.constantFrom(1, 1_073_741_824),
        'queue-leader-locator': fc.constantFrom('balanced', 'client-local', null),
        arguments: fc.constantFrom({ 'x-custom': 'a' }, { 'x-queue-leader-locator': 'other' }),
      },
      { requiredKeys: [] },
    );
    const bodies = fc
      .tuple(
        fc.oneof(
          fc.record({ partitions: fc.integer({ min: 1, max: 4 }) }),
          fc.record({
            'binding-keys': fc.uniqueArray(fc.constantFrom('0', '1', '2', 'a', 'b c', '$${X}', 'null'), {
              minLength: 1,
            }),
          }),
        ),
        args,
      )
      .map(([size, more]) => ({ ...size, ...more }))
      .filter((body) => !(body.arguments?.['x-queue-leader-locator'] && body['queue-leader-locator']));
    fc.assert(
      fc.property(bodies, (body) => {
        const before = declared({ 'super-streams': { invoices: body } });
        const [file] = rabbitmq.toSections(before, broker());
        expect(Object.keys(file?.section ?? {})).toEqual(['vhost', 'super-streams']);
        expect(sorted(declared(file?.section ?? {}))).toEqual(sorted(before));
      }),
      { numRuns: runs(50) },
    );
  });

  it.each<[string, JsonObject]>([
    [
      'a stream with another limit',
      { queues: { 'a-2': { type: 'stream', 'max-age': '1h' } }, bindings: [part(2)] },
    ],
    ['a queue that is no stream', { queues: { 'a-2': { type: 'quorum' } }, bindings: [part(2)] }],
    ['a stream of another name', { queues: { b: { type: 'stream' } }, bindings: [{ ...part(2), to: 'b' }] }],
    ['a gap in the order', { queues: { 'a-2': STREAM_BODY }, bindings: [{ ...part(2), ...order(3) }] }],
    ['a binding that is not numbered', { bindings: [{ from: 'a', to: 'a-0', key: 'x' }] }],
  ])('are written as their parts with %s', (_, more) => {
    const [file] = rabbitmq.toSections(
      declared({ 'super-streams': { a: { partitions: 2 } }, ...more }),
      broker(),
    );
    expect(file?.section).not.toHaveProperty('super-streams');
    expect(file?.section).toHaveProperty('exchanges.a');
  });

  it('keep what else leads to them', () => {
    const more = {
      exchanges: { e: { type: 'fanout' } },
      bindings: [
        { from: 'e', to: 'a-0' },
        { from: 'e', 'to-exchange': 'a' },
      ],
    };
    const [file] = rabbitmq.toSections(
      declared({ 'super-streams': { a: { partitions: 2 } }, ...more }),
      broker(),
    );
    expect(file?.section).toMatchObject({ 'super-streams': { a: { partitions: 2 } } });
    expect(file?.section.bindings).toHaveLength(2);
  });
});

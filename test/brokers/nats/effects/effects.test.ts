import { describe, expect, test } from 'vitest';
import { nats } from '../../../../src/brokers/nats/index.ts';
import { consumerResource, streamResource } from '../../../../src/brokers/nats/kinds/addresses.ts';
import type { JsonObject, Resource } from '../../../../src/model/index.ts';
import { server, sides } from '../project.ts';

interface Sketch {
  readonly streams?: Readonly<Record<string, JsonObject>>;
  /** By stream, then by name: their filters. */
  readonly consumers?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

function resourcesOf({ streams = {}, consumers = {} }: Sketch): Resource[] {
  const declared = [
    ...Object.entries(streams).map(([name, spec]) => streamResource('edge', name, spec)),
    ...Object.entries(consumers).flatMap(([stream, own]) =>
      Object.entries(own).map(([name, filters]) =>
        consumerResource('edge', stream, name, { filter_subjects: filters }),
      ),
    ),
  ];
  return [...sides(server(), declared).desired.values()];
}

function lines(before: Sketch, after: Sketch): string[] {
  const found = nats.effects?.(resourcesOf(before), resourcesOf(after), server());
  return (found?.effects ?? []).map(
    ({ title, about, text, risk }) => `${risk} ${title} [${about.join(', ')}] ${text}`,
  );
}

const stream = (...subjects: string[]): Sketch => ({ streams: { ORDERS: { subjects } } });

describe('which stream stores a subject', () => {
  test.each<[Sketch, Sketch, string[]]>([
    [stream('orders.>'), stream('orders.>'), []],
    [
      stream('a'),
      stream('a', 'b.*'),
      ['safe stream ORDERS [subject b.*] is stored in stream ORDERS: it was stored nowhere'],
    ],
    [
      stream('orders.>'),
      stream('orders.eu.>'),
      ['disruptive stream ORDERS [subject orders.>] is stored nowhere any more: it went to stream ORDERS'],
    ],
    // Wider, with the old one in it: what was stored still is.
    [
      stream('orders.eu.>'),
      stream('orders.>'),
      ['safe stream ORDERS [subject orders.>] is stored in stream ORDERS: it was stored nowhere'],
    ],
    [
      { streams: { A: { subjects: ['x'] }, B: { subjects: ['y'] } } },
      { streams: { A: { subjects: ['z'] }, B: { subjects: ['x', 'y'] } } },
      [
        'safe stream A [subject z] is stored in stream A: it was stored nowhere',
        'disruptive stream B [subject x] is stored in stream B: it went to stream A',
      ],
    ],
    [{ streams: { A: { mirror: { name: 'B' } } } }, { streams: { A: { mirror: { name: 'C' } } } }, []],
  ])('case %#', (before, after, expected) => {
    expect(lines(before, after)).toEqual(expected);
  });
});

describe('what a consumer is given', () => {
  const consumer = (filters: readonly string[], subjects = ['orders.>']): Sketch => ({
    streams: { ORDERS: { subjects } },
    consumers: { ORDERS: { worker: filters } },
  });

  test('by its filters', () => {
    expect(lines(consumer(['orders.eu.*', 'orders.us.*']), consumer(['orders.eu.*']))).toEqual([
      'disruptive consumer worker [subject orders.us.*] is no longer given to it',
    ]);
    expect(lines(consumer(['orders.eu.*']), consumer([]))).toEqual([
      'safe consumer worker [subject orders.>] is given to it now',
    ]);
  });

  test('by what its stream stores', () => {
    expect(lines(consumer(['a'], ['a', 'b']), consumer(['a'], ['b']))).toEqual([
      'disruptive consumer worker [subject a] is no longer given to it',
      'disruptive stream ORDERS [subject a] is stored nowhere any more: it went to stream ORDERS',
    ]);
  });

  test('a consumer that is new had nothing before', () => {
    expect(lines(stream('orders.>'), consumer(['orders.eu']))).toEqual([]);
  });
});

describe('copies', () => {
  const copied = (source: JsonObject, more: JsonObject = {}): Sketch => ({
    streams: {
      ORDERS: { subjects: ['orders.*'], ...more },
      COPY: { sources: [{ name: 'ORDERS', ...source }] },
      LAST: { mirror: { name: 'COPY' } },
    },
    consumers: { LAST: { reader: [] } },
  });

  test('of which a filter leaves less, also those of copies, and what their consumers are given', () => {
    const narrowed = copied({ filter_subject: 'orders.eu' });
    expect(lines(copied({}), narrowed)).toEqual([
      'disruptive consumer reader [subject orders.*] is no longer given to it',
      'disruptive stream COPY [subject orders.*] is no longer copied',
      'disruptive stream LAST [subject orders.*] is no longer copied',
    ]);
    expect(lines(narrowed, copied({}))).toEqual([
      'safe consumer reader [subject orders.*] is given to it now',
      'safe stream COPY [subject orders.*] is copied now',
      'safe stream LAST [subject orders.*] is copied now',
    ]);
  });

  test('under other subjects', () => {
    const mapped = copied({ subject_transforms: [{ src: 'orders.*', dest: 'copy.$1' }] });
    expect(lines(copied({}), mapped)).toEqual([
      'disruptive stream COPY [subject orders.*] is stored as copy.*: it was stored as orders.*',
      'disruptive stream LAST [subject orders.*] is stored as copy.*: it was stored as orders.*',
    ]);
    const transformed = copied({}, { subject_transform: { src: 'orders.*', dest: 'shop.orders.$1' } });
    expect(lines(copied({}), transformed)).toContain(
      'disruptive stream ORDERS [subject orders.*] is stored as shop.orders.*: it was stored as orders.*',
    );
  });

  test('of streams that are not declared have any subject', () => {
    const undeclared = (filter: string): Sketch => ({
      streams: { COPY: { sources: [{ name: 'ELSEWHERE' }] } },
      consumers: { COPY: { reader: [filter] } },
    });
    expect(lines(undeclared('a'), undeclared('b'))).toEqual([
      'disruptive consumer reader [subject a] is no longer given to it',
      'safe consumer reader [subject b] is given to it now',
    ]);
  });
});

test('a stream with interest retention keeps what its consumers receive', () => {
  const interest = (filter: string): Sketch => ({
    streams: { IN: { subjects: ['in.>'], retention: 'interest' } },
    consumers: { IN: { c: [filter] } },
  });
  expect(lines(interest('in.>'), interest('in.a'))).toEqual([
    'disruptive consumer c [subject in.>] is no longer given to it',
    'disruptive stream IN [subject in.>] is no longer kept',
  ]);
});

test('thousands of streams and consumers are compared up to a bound, and what was left out is counted', () => {
  const hub = (filter: string): Sketch => ({
    streams: {
      HUB: { subjects: Array.from({ length: 200 }, (_, i) => `s${i}.>`) },
      ...Object.fromEntries(
        Array.from({ length: 1000 }, (_, i) => [
          `M${i}`,
          { mirror: { name: 'HUB', filter_subject: filter } },
        ]),
      ),
    },
  });
  const [before, after] = [resourcesOf(hub('*.a')), resourcesOf(hub('*.b'))];
  const { effects, cut } = nats.effects?.(before, after, server()) ?? { effects: [], cut: 0 };
  // A second of processor time; without its bounds it takes a minute, and is stopped.
  expect(effects.length).toBeGreaterThan(0);
  expect(cut).toBeGreaterThan(0);
});

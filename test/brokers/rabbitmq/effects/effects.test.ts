import { describe, expect, it } from 'vitest';
import { effects } from '../../../../src/brokers/rabbitmq/effects/index.ts';
import type { BrokerIdentity } from '../../../../src/model/index.ts';
import { resourcesOf, type Sketch } from '../sketch.ts';

const BROKER: BrokerIdentity = { name: 'main', type: 'rabbitmq', id: 'x', version: '4.3.6', facts: {} };

function lines(before: Sketch, after: Sketch): string[] {
  return effects(resourcesOf(before), resourcesOf(after), BROKER).effects.map(
    ({ title, about, more, text, risk }) =>
      `${risk} ${title} [${about.join(', ')}${more > 0 ? ` +${more}` : ''}] ${text}`,
  );
}

const topic = (...bindings: NonNullable<Sketch['bindings']>): Sketch => ({
  exchanges: { events: {} },
  queues: { a: {}, b: {} },
  bindings,
});

describe('publishing', () => {
  it('tells what a new binding brings, with all keys that it shares with others', () => {
    expect(
      lines(
        topic(['events', 'a', 'order.#'], ['events', 'a', 'pay']),
        topic(['events', 'a', 'order.#'], ['events', 'a', 'pay'], ['events', 'b', 'order.*.eu']),
      ),
    ).toEqual(['safe exchange events [key order.*.eu] now also reaches queue b']);
    expect(
      lines(
        topic(['events', 'a', 'order.#'], ['events', 'a', 'pay']),
        topic(['events', 'a', 'order.#'], ['events', 'a', 'pay'], ['events', 'b', '#']),
      ),
    ).toEqual([
      'safe exchange events [key order.#, key pay] now also reaches queue b',
      'safe exchange events [key #] reaches queue b now: it reached none',
    ]);
  });

  it('tells what is lost, and what is dropped', () => {
    expect(
      lines(
        topic(['events', 'a', 'x'], ['events', 'b', 'x'], ['events', 'b', 'y']),
        topic(['events', 'a', 'x']),
      ),
    ).toEqual([
      'disruptive exchange events [key x] no longer reaches queue b',
      'disruptive exchange events [key y] reaches no queue any more, and is dropped: it went to queue b',
    ]);
    expect(lines(topic(['events', 'a', 'x']), topic(['events', 'b', 'x']))).toEqual([
      'disruptive exchange events [key x] no longer reaches queue a, and now reaches queue b',
    ]);
  });

  it('does not say that all of a pattern is dropped where another binding may take some of it', () => {
    expect(
      lines(topic(['events', 'a', 'order.*'], ['events', 'b', '*.new']), topic(['events', 'a', 'order.*'])),
    ).toEqual([
      'disruptive exchange events [key *.new] reaches no queue any more, and is dropped, unless another binding takes it: it went to queue b',
    ]);
  });

  it('follows bindings between exchanges, from every exchange that leads there', () => {
    const chain = (key: string): Sketch => ({
      exchanges: { front: {}, back: { type: 'fanout' }, inner: { internal: true } },
      queues: { a: {}, b: {} },
      bindings: [
        ['front', '→inner', 'eu.#'],
        ['inner', '→back', key],
        ['back', 'a'],
      ],
    });
    expect(lines(chain('#'), chain('eu.order'))).toEqual([
      'disruptive exchange front [key eu.#] reaches no queue any more, and is dropped, unless another binding takes it: it went to queue a',
    ]);
    expect(lines(chain('eu.order'), chain('#'))).toEqual([
      'safe exchange front [key eu.#] reaches queue a now: it reached none',
    ]);
  });

  it('tells when only the alternate exchange takes a message', () => {
    const spare = (bindings: NonNullable<Sketch['bindings']>, alternate?: string): Sketch => ({
      exchanges: {
        events: alternate === undefined ? {} : { arguments: { 'alternate-exchange': alternate } },
        spare: { type: 'fanout' },
      },
      queues: { a: {}, strays: {} },
      bindings: [['spare', 'strays'], ...bindings],
    });
    expect(lines(spare([['events', 'a', 'x']], 'spare'), spare([], 'spare'))).toEqual([
      'disruptive exchange events [key x] goes to the alternate exchange spare now, and to queue strays: it went to queue a',
    ]);
    expect(lines(spare([['events', 'a', 'x']]), spare([['events', 'a', 'x']], 'spare'))).toEqual([
      'safe exchange events [anything else] goes to the alternate exchange spare now, and to queue strays',
    ]);
  });

  it('tells of headers by what they must be', () => {
    const headers = (...bindings: NonNullable<Sketch['bindings']>): Sketch => ({
      exchanges: { docs: { type: 'headers' } },
      queues: { a: {}, b: {} },
      bindings,
    });
    expect(
      lines(
        headers(['docs', 'a', '', { format: 'pdf' }]),
        headers(
          ['docs', 'a', '', { format: 'pdf' }],
          ['docs', 'b', '', { format: 'pdf', 'x-match': 'any', to: 1 }],
        ),
      ),
    ).toEqual(['safe exchange docs [headers format=pdf to=1] now also reaches queue b']);
  });

  it('says nothing of all messages of a fanout but what they reach', () => {
    const fan = (...names: string[]): Sketch => ({
      exchanges: { all: { type: 'fanout' } },
      queues: { a: {}, b: {} },
      bindings: names.map((name) => ['all', name] as const),
    });
    expect(lines(fan('a'), fan('a', 'b'))).toEqual(['safe exchange all [] now also reaches queue b']);
  });

  it('tells when publishing is refused', () => {
    expect(
      lines({ exchanges: { e: {} }, queues: { a: {} }, bindings: [['e', 'a', 'k']] }, { queues: { a: {} } }),
    ).toEqual(['disruptive exchange e [] publishing to it is refused: it is gone']);
    expect(lines({ exchanges: { e: {} } }, { exchanges: { e: { internal: true } } })).toEqual([
      'disruptive exchange e [] publishing to it is refused: it is internal now',
    ]);
    // Nobody published to what was not there.
    expect(
      lines({ queues: { a: {} } }, { exchanges: { e: {} }, queues: { a: {} }, bindings: [['e', 'a', '#']] }),
    ).toEqual([]);
  });

  it('tells an exchange that another word of a binding would make ambiguous', () => {
    // The word that stands for a wildcard is bound by somebody: it must not be taken for "anything else".
    const direct = (...keys: string[]): Sketch => ({
      exchanges: { d: { type: 'direct' } },
      queues: { a: {}, b: {} },
      bindings: keys.map((key) => ['d', 'a', key] as const),
    });
    expect(lines(direct('any-word'), direct())).toEqual([
      'disruptive exchange d [key any-word] reaches no queue any more, and is dropped: it went to queue a',
    ]);
  });
});

describe('dead letters', () => {
  const dead = (args: Record<string, string>, policy?: string): Sketch => ({
    exchanges: { dlx: {}, other: { type: 'fanout' } },
    queues: { work: { arguments: args }, failed: {}, rest: {} },
    bindings: [
      ['dlx', 'failed', 'work'],
      ['dlx', 'rest', 'rest'],
      ['other', 'rest'],
    ],
    ...(policy !== undefined && {
      policies: { p: { pattern: '^work$', definition: { 'dead-letter-exchange': policy } } },
    }),
  });
  const DLX = 'x-dead-letter-exchange';
  const KEY = 'x-dead-letter-routing-key';

  it.each([
    [
      dead({ [DLX]: 'dlx', [KEY]: 'work' }),
      dead({ [DLX]: 'other' }),
      'disruptive queue work [] dead letters go to queue rest: they went to queue failed',
    ],
    [
      dead({ [DLX]: 'dlx', [KEY]: 'work' }),
      dead({ [DLX]: 'dlx', [KEY]: 'rest' }),
      'disruptive queue work [] dead letters go to queue rest: they went to queue failed',
    ],
    [
      dead({ [DLX]: 'dlx', [KEY]: 'work' }),
      dead({}),
      'disruptive queue work [] dead letters go nowhere, without a dead-letter exchange: they went to queue failed',
    ],
    [
      dead({}),
      dead({}, 'other'),
      'safe queue work [] dead letters go to queue rest: they went nowhere, without a dead-letter exchange',
    ],
    [
      dead({}, 'other'),
      dead({}, 'nowhere'),
      'disruptive queue work [] dead letters go to exchange nowhere, which is not declared: they went to queue rest',
    ],
  ])('case %#', (before, after, expected) => {
    expect(lines(before, after)).toEqual([expected]);
  });
});

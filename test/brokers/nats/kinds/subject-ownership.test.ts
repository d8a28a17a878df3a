import { describe, expect, it } from 'vitest';
import { consumerResource, streamResource } from '../../../../src/brokers/nats/kinds/addresses.ts';
import type { JsonObject, Plan, Resource } from '../../../../src/model/index.ts';
import { asLive, plan, server } from '../project.ts';

const stream = (name: string, ...subjects: string[]): Resource => streamResource('edge', name, { subjects });
const live = (...streams: Resource[]) => asLive(server(), streams, { messages: 0 });
const order = ({ waves }: Plan) =>
  waves.map((wave) => wave.map(({ action, address }) => `${action} ${address}`));
const refusals = ({ blockers }: Plan) => blockers.map(({ address, risk }) => `${address} ${risk.code}`);

describe('a subject that moves', () => {
  it('is released before another stream claims it', async () => {
    const before = live(stream('B', 'orders.>', 'b'));
    const moved = await plan(server(), [stream('A', 'orders.*'), stream('B', 'b')], before);
    expect(order(moved)).toEqual([['update edge/stream/B'], ['create edge/stream/A']]);
    expect(refusals(moved)).toEqual([]);
  });

  it('is released by narrowing, too', async () => {
    const before = live(stream('B', 'orders.>'));
    const moved = await plan(server(), [stream('A', 'orders.a'), stream('B', 'orders.b')], before);
    expect(order(moved)).toEqual([['update edge/stream/B'], ['create edge/stream/A']]);
  });

  it('goes along a chain of streams', async () => {
    const before = live(stream('A', 'a'), stream('B', 'b'), stream('C', 'c'));
    const moved = await plan(server(), [stream('A', 'b'), stream('B', 'c'), stream('C', 'd')], before);
    expect(order(moved)).toEqual([
      ['update edge/stream/C'],
      ['update edge/stream/B'],
      ['update edge/stream/A'],
    ]);
    expect(refusals(moved)).toEqual([]);
  });

  it('is free once its stream is retired', async () => {
    const before = live(stream('OLD', 'orders.>'), stream('REST', 'rest'));
    const retired = ['edge/stream/OLD', 'edge/stream/REST'];
    const moved = await plan(server(), [stream('NEW', 'orders.>')], before, { retired });
    expect(order(moved)).toEqual([
      ['delete edge/stream/OLD'],
      ['create edge/stream/NEW'],
      ['delete edge/stream/REST'],
    ]);
    expect(refusals(moved)).toEqual([]);
  });

  it('cannot be exchanged in one plan, and says so', async () => {
    const before = live(stream('A', 'a'), stream('B', 'b'), stream('C', 'c'));
    const swapped = await plan(server(), [stream('A', 'b'), stream('B', 'a'), stream('C', 'c', 'd')], before);
    expect(refusals(swapped)).toEqual(['edge/stream/A subject-swap', 'edge/stream/B subject-swap']);
    expect(swapped.blockers[0]?.risk.message).toContain('(A → B → A)');
    expect(swapped.blockers[0]?.allow).toBeUndefined();
  });

  it('is refused where another stream keeps it', async () => {
    const taken = await plan(server(), [stream('A', 'orders.a')], live(stream('B', 'orders.>')));
    expect(refusals(taken)).toEqual(['edge/stream/A subject-taken']);
    expect(taken.blockers[0]?.risk.message).toBe(
      'orders.a overlaps orders.>, which stream B holds and keeps',
    );
  });

  it('leaves unrelated streams side by side', async () => {
    const before = live(stream('A', 'a'), stream('B', 'b'));
    const changed = await plan(server(), [stream('A', 'a', 'x'), stream('B', 'b', 'y')], before);
    expect(order(changed)).toEqual([['update edge/stream/A', 'update edge/stream/B']]);
  });

  it('makes an origin before its mirror', async () => {
    const mirror = streamResource('edge', 'A', { mirror: { name: 'Z' } });
    expect(order(await plan(server(), [mirror, stream('Z', 'z')], []))).toEqual([
      ['create edge/stream/Z'],
      ['create edge/stream/A'],
    ]);
  });
});

describe('a filter of a work queue', () => {
  const queue = streamResource('edge', 'W', { subjects: ['w.>'], retention: 'workqueue' });
  const taking = (name: string, ...filter_subjects: string[]) =>
    consumerResource('edge', 'W', name, { filter_subjects });
  const planned = (desired: Resource[], before: Resource[], retired: string[] = [], version = '2.15.1') =>
    plan(server(version), [queue, ...desired], asLive(server(version), [queue, ...before], { messages: 0 }), {
      retired,
      allow: ['destructive:**'],
    });

  it('is released by the consumer that is retired before the new one claims it', async () => {
    for (const version of ['2.9.10', '2.15.1']) {
      const renamed = await planned(
        [taking('new', 'w.a')],
        [taking('old', 'w.a')],
        ['edge/consumer/W/old'],
        version,
      );
      expect(order(renamed)).toEqual([['delete edge/consumer/W/old'], ['create edge/consumer/W/new']]);
      expect(refusals(renamed)).toEqual([]);
    }
  });

  it('goes along a chain of consumers', async () => {
    const shifted = await planned(
      [taking('c', 'w.b'), taking('d', 'w.c')],
      [taking('c', 'w.a'), taking('d', 'w.b')],
    );
    expect(order(shifted)).toEqual([['update edge/consumer/W/d'], ['update edge/consumer/W/c']]);
    expect(refusals(shifted)).toEqual([]);
  });

  it('cannot be exchanged in one plan, but on servers that do not look', async () => {
    const [desired, before] = [
      [taking('c', 'w.b'), taking('d', 'w.a')],
      [taking('c', 'w.a'), taking('d', 'w.b')],
    ];
    expect(refusals(await planned(desired, before))).toEqual([
      'edge/consumer/W/c filter-swap',
      'edge/consumer/W/d filter-swap',
    ]);
    expect(refusals(await planned(desired, before, [], '2.9.10'))).toEqual([]);
  });

  it('is refused where another consumer keeps it', async () => {
    expect(refusals(await planned([taking('c', 'w.a')], [taking('other', 'w.>')]))).toEqual([
      'edge/consumer/W/c filter-taken',
    ]);
  });
});

describe('consumer_limits that are lowered', () => {
  const limited = (max_ack_pending: number) =>
    streamResource('edge', 'S', { consumer_limits: { max_ack_pending } });
  const one = (spec: JsonObject) => consumerResource('edge', 'S', 'c', spec);
  const planned = (desired: Resource[], before: Resource[]) =>
    plan(server(), desired, asLive(server(), before, { messages: 0 }));

  it('wait for the consumers that the same plan lowers', async () => {
    const lowered = await planned(
      [limited(5), one({ max_ack_pending: 5 })],
      [limited(10), one({ max_ack_pending: 10 })],
    );
    expect(order(lowered)).toEqual([['update edge/consumer/S/c'], ['update edge/stream/S']]);
    expect(refusals(lowered)).toEqual([]);
  });

  it('are refused on 2.10 without an inactive_threshold, where a mirror is filled from the stream', async () => {
    const mirror = streamResource('edge', 'M', { mirror: { name: 'S' } });
    const of = (version: string) =>
      plan(
        server(version),
        [limited(5), mirror],
        asLive(server(version), [limited(10), mirror], { messages: 0 }),
      );
    expect(refusals(await of('2.10.27'))).toEqual(['edge/stream/S consumers-over-limit']);
    expect(refusals(await of('2.15.1'))).toEqual([]);
  });

  it('come first where they are raised', async () => {
    const raised = await planned(
      [limited(20), one({ max_ack_pending: 20 })],
      [limited(10), one({ max_ack_pending: 10 })],
    );
    expect(order(raised)).toEqual([['update edge/stream/S'], ['update edge/consumer/S/c']]);
  });

  it('are refused below a consumer that nobody declares', async () => {
    expect(refusals(await planned([limited(5)], [limited(10), one({ max_ack_pending: 10 })]))).toEqual([
      'edge/stream/S consumers-over-limit',
    ]);
  });
});

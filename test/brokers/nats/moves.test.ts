import { describe, expect, it } from 'vitest';
import { streamResource } from '../../../src/brokers/nats/resources.ts';
import type { Plan, Resource } from '../../../src/model/index.ts';
import { asLive, plan, server } from './project.ts';

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

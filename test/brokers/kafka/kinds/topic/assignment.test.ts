import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BrokerNode } from '../../../../../src/brokers/kafka/facts.ts';
import { Assigner, type Replicas } from '../../../../../src/brokers/kafka/kinds/topic/placement.ts';

const brokers = (count: number, racks = 0): BrokerNode[] =>
  Array.from({ length: count }, (_, i) => ({
    id: i + 1,
    ...(racks > 0 && { rack: `r${i % racks}` }),
  }));

function assign(nodes: readonly BrokerNode[], current: Replicas, factor: number, partitions?: number) {
  return new Assigner(nodes, [current]).assign({
    current,
    partitions: partitions ?? Object.keys(current).length,
    replicationFactor: factor,
    spreadRacks: false,
  });
}

const loads = (replicas: Replicas) => {
  const counts = new Map<number, number>();
  for (const id of Object.values(replicas).flat()) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
};

describe('assigning replicas', () => {
  it('adds copies and keeps what is there, leaders first', () => {
    expect(assign(brokers(3), { 0: [1], 1: [2], 2: [3] }, 3)).toEqual({
      0: [1, 2, 3],
      1: [2, 1, 3],
      2: [3, 1, 2],
    });
  });

  it('takes away copies of the fullest brokers, never the leader', () => {
    const lower = assign(brokers(3), { 0: [1, 2, 3], 1: [2, 3, 1], 2: [3, 1, 2] }, 1);
    expect(lower).toEqual({ 0: [1], 1: [2], 2: [3] });
  });

  it('gives up the copy on a broker that is gone before any other', () => {
    expect(assign(brokers(3), { 0: [1, 9, 2] }, 2)).toEqual({ 0: [1, 2] });
    expect(assign(brokers(3), { 0: [9, 2] }, 1)).toEqual({ 0: [2] });
  });

  it('uses every rack before one twice', () => {
    const nodes = [
      { id: 1, rack: 'a' },
      { id: 2, rack: 'a' },
      { id: 3, rack: 'b' },
      { id: 4, rack: 'c' },
    ];
    const [first] = Object.values(assign(nodes, { 0: [1] }, 3));
    expect(first?.toSorted()).toEqual([1, 3, 4]);
  });

  it('moves copies that share a rack only when asked', () => {
    const nodes = brokers(4, 2);
    const current = { 0: [1, 3], 1: [2, 1] };
    expect(assign(nodes, current, 2)).toEqual(current);
    const spread = new Assigner(nodes, [current]).assign({
      ...{ current, partitions: 2, replicationFactor: 2 },
      spreadRacks: true,
    });
    expect(spread[0]?.[0]).toBe(1);
    expect([2, 4]).toContain(spread[0]?.[1]);
    expect(spread[1]).toEqual([2, 1]);
  });

  it('does not pile the topics of one plan on one broker', () => {
    const topics = Array.from({ length: 30 }, () => ({ 0: [1] }));
    const assigner = new Assigner(brokers(4), topics);
    const placed = topics.map((current) =>
      assigner.assign({ current, partitions: 1, replicationFactor: 2, spreadRacks: false }),
    );
    const counts = new Map<number, number>();
    for (const replicas of placed)
      for (const [id, n] of loads(replicas)) counts.set(id, (counts.get(id) ?? 0) + n);
    expect([2, 3, 4].map((id) => counts.get(id))).toEqual([10, 10, 10]);
  });

  const clusters = fc.record({
    count: fc.integer({ min: 1, max: 9 }),
    racks: fc.integer({ min: 0, max: 3 }),
    partitions: fc.integer({ min: 1, max: 20 }),
    from: fc.integer({ min: 1, max: 5 }),
    to: fc.integer({ min: 1, max: 5 }),
  });

  it('holds for any cluster: distinct brokers, the wanted number, minimal movement, balanced, repeatable', () => {
    fc.assert(
      fc.property(clusters, ({ count, racks, partitions, from, to }) => {
        const nodes = brokers(count, racks);
        const before = assign(nodes, {}, from, partitions);
        const after = assign(nodes, before, to);
        const wanted = Math.min(to, count);
        for (const [partition, ids] of Object.entries(after)) {
          const old = before[partition] ?? [];
          expect(new Set(ids).size).toBe(wanted);
          expect(ids[0]).toBe(old[0]);
          const kept = ids.filter((id) => old.includes(id)).length;
          expect(kept).toBe(Math.min(old.length, wanted));
          const used = new Set(ids.map((id) => nodes.find((node) => node.id === id)?.rack ?? id));
          const possible = racks === 0 ? count : Math.min(racks, count);
          expect(used.size).toBe(Math.min(possible, wanted));
        }
        expect(assign([...nodes].reverse(), before, to)).toEqual(after);
        expect(assign(nodes, after, to)).toEqual(after);
      }),
    );
  });

  it('balances a new topic over brokers without racks, and its leaders too', () => {
    fc.assert(
      fc.property(clusters, ({ count, partitions, to }) => {
        const placed = assign(brokers(count), {}, to, partitions);
        const spread = (counts: number[]) => Math.max(...counts) - Math.min(...counts);
        const counts = loads(placed);
        expect(spread(brokers(count).map(({ id }) => counts.get(id) ?? 0))).toBeLessThanOrEqual(1);
        const leaders = brokers(count).map(
          ({ id }) => Object.values(placed).filter(([first]) => first === id).length,
        );
        expect(spread(leaders)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

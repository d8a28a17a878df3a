import {
  type Address,
  type Context,
  equalJson,
  type Json,
  kindOf,
  largest,
  oncePer,
  type Resource,
} from '../../../../model/index.ts';
import { type BrokerNode, brokersIn } from '../../facts.ts';

/*
 * Where replicas are to go when a topic changes its replication factor or asks for racks. It is worked out for all
 * topics of a cluster together, in the order of their addresses, so that each takes the others into account.
 */

const placeAll = oncePer(assignAll);

/** The assignment that a declared topic needs beside what it says itself; undefined where replicas may stay. */
export function placementOf(topic: Resource, context: Context): Replicas | undefined {
  return placeAll(context).get(topic.address);
}

function assignAll(context: Context): Map<Address, Replicas> {
  const brokers = brokersIn(context);
  const result = new Map<Address, Replicas>();
  const changing = [...context.desired.values()]
    .flatMap((desired) => {
      const wanted = wantedOf(desired, context.live.get(desired.address), brokers.length);
      return wanted ? [{ address: desired.address, ...wanted }] : [];
    })
    .sort((a, b) => (a.address < b.address ? -1 : 1));
  if (changing.length === 0) return result;
  const topics = [...context.live.values()].filter(({ address }) => kindOf(address) === 'topic');
  const assigner = new Assigner(
    brokers,
    topics.map((topic) => replicasIn(topic) ?? {}),
  );
  for (const { address, ...wanted } of changing) {
    const replicas = assigner.assign(wanted);
    const isSame = Object.entries(wanted.current).every(([index, ids]) =>
      equalJson(ids as Json, replicas[index]),
    );
    if (!isSame) result.set(address, replicas);
  }
  return result;
}

function wantedOf(desired: Resource, live: Resource | undefined, brokerCount: number) {
  const current = live && replicasIn(live);
  const { replicas, 'replication-factor': factor, placement, partitions } = desired.spec;
  if (!live || !current || replicas !== undefined || kindOf(desired.address) !== 'topic') return undefined;
  const liveFactor = largest(Object.values(current).map((ids) => ids.length));
  const replicationFactor = typeof factor === 'number' ? factor : liveFactor;
  // More replicas than brokers is refused, not placed.
  if (replicationFactor > brokerCount) return undefined;
  const spreadRacks = placement === 'rack-aware';
  const isUneven = Object.values(current).some((ids) => ids.length !== replicationFactor);
  if (!spreadRacks && !(typeof factor === 'number' && isUneven)) return undefined;
  const count = Object.keys(current).length;
  return {
    current,
    partitions: Math.max(count, typeof partitions === 'number' ? partitions : count),
    replicationFactor,
    spreadRacks,
  };
}

/** The replicas of a topic's spec, as far as they are known. */
export function replicasIn({ spec }: Pick<Resource, 'spec'>): Replicas | undefined {
  const { replicas } = spec;
  return typeof replicas === 'object' && replicas !== null ? (replicas as unknown as Replicas) : undefined;
}

/** The partitions whose replicas differ, of those that are on both sides, or only on the second. */
export function movedPartitions(before: Replicas, after: Replicas, which: 'existing' | 'added'): Replicas {
  return Object.fromEntries(
    Object.entries(after).filter(([index, ids]) => {
      const old = before[index];
      return which === 'added'
        ? old === undefined
        : old !== undefined && !equalJson(old as Json, ids as Json);
    }),
  );
}

/** Broker ids by partition number, the preferred leader first. */
export type Replicas = Readonly<Record<string, readonly number[]>>;

interface Placement {
  /** Where the replicas are now. */
  readonly current: Replicas;
  /** How many partitions there are to be; those beyond the current ones are placed anew. */
  readonly partitions: number;
  readonly replicationFactor: number;
  /** Also move replicas that share a rack while another rack is free. */
  readonly spreadRacks: boolean;
}

/**
 * Places replicas, topic after topic, so that each partition is on as many racks as there are, and brokers get
 * even shares of the topic first and of the cluster second. Nothing moves that need not: a replica that may stay
 * stays, the leader first of all. The same input gives the same answer, whatever its order.
 */
export class Assigner {
  readonly #brokers: readonly BrokerNode[];
  readonly #racks: ReadonlyMap<number, string>;
  /** Replicas by broker over the whole cluster, those that were just placed among them. */
  readonly #load = new Map<number, number>();

  /** @param topics where everything is now, to begin with */
  constructor(brokers: readonly BrokerNode[], topics: Iterable<Replicas>) {
    this.#brokers = [...brokers].sort((a, b) => a.id - b.id);
    // A cluster in which only some brokers have a rack is one without racks, as for Kafka itself.
    const hasRacks = brokers.every(({ rack }) => rack !== undefined);
    this.#racks = new Map(brokers.map(({ id, rack }) => [id, hasRacks ? (rack ?? '') : String(id)]));
    for (const replicas of topics) for (const ids of Object.values(replicas)) this.#count(ids, 1);
  }

  /** @returns every partition, moved or not; never more replicas than there are brokers. */
  assign(placement: Placement): Record<string, number[]> {
    const topic = new TopicShares(Object.values(placement.current));
    const result: Record<string, number[]> = {};
    for (let partition = 0; partition < placement.partitions; partition++) {
      const before = placement.current[String(partition)] ?? [];
      this.#count(before, -1);
      topic.remove(before);
      const after = this.#place(before, partition, placement, topic);
      this.#count(after, 1);
      topic.add(after);
      result[String(partition)] = after;
    }
    return result;
  }

  #place(before: readonly number[], partition: number, placement: Placement, topic: TopicShares): number[] {
    const chosen = [...before];
    const wanted = Math.min(placement.replicationFactor, this.#brokers.length);
    while (chosen.length > wanted) chosen.splice(this.#leastNeeded(chosen, topic), 1);
    while (chosen.length < wanted) {
      const next = this.#best(chosen, partition, topic);
      if (next === undefined) break;
      chosen.push(next);
    }
    if (placement.spreadRacks) this.#spread(chosen, partition, topic);
    return chosen;
  }

  /** Moves replicas from shared racks to free ones; the leader stays where it is. */
  #spread(chosen: number[], partition: number, topic: TopicShares): void {
    for (let index = chosen.length - 1; index > 0; index--) {
      const rest = chosen.filter((_, other) => other !== index);
      const here = this.#rackOf(chosen[index] ?? -1);
      if (!rest.some((id) => this.#rackOf(id) === here)) continue;
      const next = this.#best(rest, partition, topic);
      if (next !== undefined && !rest.some((id) => this.#rackOf(id) === this.#rackOf(next))) {
        chosen[index] = next;
      }
    }
  }

  /** The broker for one more replica: a new rack before all, then even shares, then turn by turn. */
  #best(chosen: readonly number[], partition: number, topic: TopicShares): number | undefined {
    const crowd = (rack: string) => chosen.filter((id) => this.#rackOf(id) === rack).length;
    const turn = (index: number) =>
      (index - partition + this.#brokers.length * (partition + 1)) % this.#brokers.length;
    const candidates = this.#brokers.flatMap(({ id }, index) =>
      chosen.includes(id)
        ? []
        : [
            {
              id,
              rank: [
                crowd(this.#rackOf(id)),
                chosen.length === 0 ? topic.leaders(id) : 0,
                topic.replicas(id),
                // A broker without a leader gets one later, and a replica with it.
                chosen.length === 0 ? 0 : -topic.leaders(id),
                this.#load.get(id) ?? 0,
                turn(index),
              ],
            },
          ],
    );
    return candidates.sort((a, b) => compareRanks(a.rank, b.rank))[0]?.id;
  }

  /** The index of the replica to give up: one on a missing broker, of a crowded rack, of a crowded broker, the last. */
  #leastNeeded(chosen: readonly number[], topic: TopicShares): number {
    const ranks = chosen.map((id, index) => ({
      index,
      rank: [
        this.#racks.has(id) ? 1 : 0,
        index === 0 ? 1 : 0,
        -chosen.filter((other) => this.#rackOf(other) === this.#rackOf(id)).length,
        -topic.replicas(id),
        -(this.#load.get(id) ?? 0),
        -index,
      ],
    }));
    return ranks.sort((a, b) => compareRanks(a.rank, b.rank))[0]?.index ?? chosen.length - 1;
  }

  #rackOf(id: number): string {
    return this.#racks.get(id) ?? `missing broker ${id}`;
  }

  #count(ids: readonly number[], by: number): void {
    for (const id of ids) this.#load.set(id, (this.#load.get(id) ?? 0) + by);
  }
}

/** How many replicas and leaders of one topic each broker has. */
class TopicShares {
  readonly #replicas = new Map<number, number>();
  readonly #leaders = new Map<number, number>();

  constructor(partitions: readonly (readonly number[])[]) {
    for (const ids of partitions) this.add(ids);
  }

  add(ids: readonly number[]): void {
    this.#change(ids, 1);
  }

  remove(ids: readonly number[]): void {
    this.#change(ids, -1);
  }

  replicas(id: number): number {
    return this.#replicas.get(id) ?? 0;
  }

  leaders(id: number): number {
    return this.#leaders.get(id) ?? 0;
  }

  #change(ids: readonly number[], by: number): void {
    for (const [index, id] of ids.entries()) {
      this.#replicas.set(id, this.replicas(id) + by);
      if (index === 0) this.#leaders.set(id, this.leaders(id) + by);
    }
  }
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  for (const [index, value] of a.entries()) {
    const difference = value - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

import {
  type Address,
  type Call,
  chunksOf,
  type JsonObject,
  type Objection,
  type Resource,
} from '../../../model/index.ts';
import type { InheritedConfigs } from '../kinds/configs/spec.ts';
import type { Cluster } from './cluster.ts';
import {
  areTooMany,
  type CallExecutor,
  type Execute,
  halvesOf,
  MOST_RECORDS,
  type Verdict,
} from './executor.ts';
import type { AnyApi } from './protocol/codec.ts';
import { CODE } from './protocol/errors.ts';
import { failureOf } from './refusals.ts';

/** What of one kind a scope wants. */
export interface Wanted {
  /** The first segments after the kind of what is named: topic and user names. */
  readonly names: ReadonlySet<string>;
  /** The named resources as they are declared, by address. */
  readonly desired: ReadonlyMap<Address, Resource>;
  /** Whether more is wanted than what is named. */
  readonly all: boolean;
  /** Whether a live resource is wanted. */
  includes(resource: Pick<Resource, 'address' | 'dependsOn'>): boolean;
}

type CallOf = { readonly op: string; readonly body: unknown };

/** Of a union of calls, the body of those with an op. */
type BodyOf<C extends CallOf, Op> = C extends CallOf ? (Op extends C['op'] ? C['body'] : never) : never;

/** By op: for calls that go out many in one request, or that are executed in another way. */
type Executors<C extends CallOf> = {
  readonly [Op in C['op']]: CallExecutor<BodyOf<C, Op>> | Execute<BodyOf<C, Op>>;
};

/** How a session reads and changes the resources of one kind. */
export interface KindSession<C extends CallOf = never> {
  /** Requests that it may send. */
  readonly requests: readonly AnyApi[];
  /**
   * The live resources that are wanted.
   * @param inherited what a new topic would get; it may still be asked for
   * @throws ConnectionError, BrokerError
   */
  read(cluster: Cluster, wanted: Wanted, inherited: Promise<InheritedConfigs>): Promise<Resource[]>;
  executors(cluster: Cluster): Executors<C>;
  /** As `Session.readMetrics`. */
  readMetrics?(cluster: Cluster, resources: readonly Resource[]): Promise<Map<Address, JsonObject>>;
  /** As `Session.preview`. */
  preview?(cluster: Cluster, units: readonly (readonly Call[])[]): Promise<Objection[]>;
}

export interface Checked<B> {
  readonly unit: number;
  readonly body: B;
}

/** Codes that do not concern the request itself; apply reports topics that were created or deleted since they were read. */
const IGNORED_CODES = [
  CODE.LEADER_NOT_AVAILABLE,
  CODE.REQUEST_TIMED_OUT,
  CODE.NOT_CONTROLLER,
  CODE.THROTTLING_QUOTA_EXCEEDED,
  CODE.TOPIC_AUTHORIZATION_FAILED,
  CODE.GROUP_AUTHORIZATION_FAILED,
  CODE.CLUSTER_AUTHORIZATION_FAILED,
  CODE.TOPIC_ALREADY_EXISTS,
  CODE.UNKNOWN_TOPIC_OR_PARTITION,
];

/** What goes in one request that is only checked. */
const CHUNK = { items: 500, weight: MOST_RECORDS };

/** What the cluster refuses of calls that it only checks, by its own word. @throws ConnectionError, BrokerError */
export async function objections<B>(
  cluster: Cluster,
  executor: CallExecutor<B>,
  items: readonly Checked<B>[],
): Promise<Objection[]> {
  const { op } = executor;
  const found: Objection[] = [];
  for (const chunk of chunksOf(items, CHUNK, ({ body }) => executor.weigh?.(body) ?? 1)) {
    const verdicts = await check(
      executor,
      chunk.map((item) => item.body),
    );
    for (const [i, { unit, body }] of chunk.entries()) {
      const { code = 0, message = null } = verdicts[i] ?? {};
      if (code === 0 || IGNORED_CODES.includes(code)) continue;
      const failure = failureOf(cluster.settings, { op, code, message, right: executor.right(body) });
      found.push({ unit, failure });
    }
  }
  return found;
}

/** The verdicts in order; a request that is too large for the controller is sent as two. */
async function check<B>(executor: CallExecutor<B>, bodies: readonly B[]): Promise<readonly Verdict[]> {
  const verdicts = await executor.send(bodies, true);
  if (!areTooMany(verdicts)) return verdicts;
  const [first, second] = halvesOf(bodies);
  return [...(await check(executor, first)), ...(await check(executor, second))];
}

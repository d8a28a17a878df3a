import { chunksOf, type Objection } from '../../../model/index.ts';
import type { Cluster } from './cluster.ts';
import { areTooMany, halvesOf, MOST_RECORDS, type Verdict } from './executor.ts';
import {
  CLUSTER_UNAUTHORIZED,
  GROUP_UNAUTHORIZED,
  LEADER_NOT_AVAILABLE,
  NOT_CONTROLLER,
  QUOTA_EXCEEDED,
  TIMED_OUT,
  TOPIC_EXISTS,
  TOPIC_UNAUTHORIZED,
  UNKNOWN_TOPIC,
} from './protocol/errors.ts';
import { failureOf, type Right } from './refusals.ts';

export interface Checked<B> {
  readonly unit: number;
  readonly body: B;
}

/** Codes that do not concern the request itself; apply reports topics that were created or deleted since they were read. */
const IGNORED_CODES: readonly number[] = [
  LEADER_NOT_AVAILABLE,
  TIMED_OUT,
  NOT_CONTROLLER,
  QUOTA_EXCEEDED,
  TOPIC_UNAUTHORIZED,
  GROUP_UNAUTHORIZED,
  CLUSTER_UNAUTHORIZED,
  TOPIC_EXISTS,
  UNKNOWN_TOPIC,
];

/** What goes in one request that is only checked. */
const CHUNK = { items: 500, weight: MOST_RECORDS };

/** What the cluster refuses of requests that it only checks. */
export async function objections<B>(
  cluster: Cluster,
  checking: {
    readonly op: string;
    /** The right that it takes. */
    right(body: B): Right;
    readonly items: readonly Checked<B>[];
    /** Records of metadata that it would make; one unless said otherwise. */
    weigh?(body: B): number;
    readonly send: (bodies: readonly B[]) => Promise<readonly Verdict[]>;
  },
): Promise<Objection[]> {
  const { op, right, items, send } = checking;
  const weigh = ({ body }: Checked<B>) => checking.weigh?.(body) ?? 1;
  const found: Objection[] = [];
  for (const chunk of chunksOf(items, CHUNK, weigh)) {
    const verdicts = await sendInParts(
      chunk.map((item) => item.body),
      send,
    );
    for (const [i, { unit, body }] of chunk.entries()) {
      const { code = 0, message = null } = verdicts[i] ?? {};
      if (code === 0 || IGNORED_CODES.includes(code)) continue;
      found.push({ unit, failure: failureOf(cluster.settings, { op, code, message, right: right(body) }) });
    }
  }
  return found;
}

/** The verdicts in order; a request that is too large for the controller is sent as two. */
async function sendInParts<B>(
  bodies: readonly B[],
  send: (bodies: readonly B[]) => Promise<readonly Verdict[]>,
): Promise<readonly Verdict[]> {
  const verdicts = await send(bodies);
  if (!areTooMany(verdicts)) return verdicts;
  const [first, second] = halvesOf(bodies);
  return [...(await sendInParts(first, send)), ...(await sendInParts(second, send))];
}

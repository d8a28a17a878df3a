import {
  type BrokerIdentity,
  isObject,
  kindOf,
  parseDuration,
  type Resource,
  type Scope,
  toBigInt,
} from '../../../model/index.ts';
import type { Limited, NatsFacts, ServerLimits } from '../facts.ts';
import { streamNameOf } from '../kinds/addresses.ts';
import { limitsToCompare, limitsToImport } from '../kinds/server-limits.ts';
import type { ApiRequest, JetStreamApi } from './api.ts';
import { Refusal } from './refusals.ts';

/*
 * A server reveals its limit when it rejects a value above it. Each request below exceeds any limit, and contradicts
 * itself in fields that the server checks after the limits, so that no server accepts it. Verified on 2.9.10, 2.10.27
 * and 2.15.1; `checkStreamCfg` in server/stream.go, `checkConsumerCfg` in server/consumer.go.
 */

const MOST = 2_000_000_000;
const YEARS = 4_000_000_000_000_000_000;
const NAME = 'brokerform-limits';

/** Rejected without a limit, because roll-ups require the purges that `deny_purge` forbids (10052). */
const WINDOW: ApiRequest = {
  verb: 'STREAM.CREATE',
  path: [NAME],
  body: { name: NAME, storage: 'memory', duplicate_window: YEARS, deny_purge: true, allow_rollup_hdrs: true },
};

/** Rejected without a limit, because a consumer that starts at the first message has no start sequence (10094). */
function consumerRequest(stream: string, field: Limited): ApiRequest {
  const config = { name: NAME, durable_name: NAME, ack_policy: 'explicit', opt_start_seq: 1, [field]: MOST };
  const body = { stream_name: stream, config, action: 'update' };
  return { verb: 'CONSUMER.CREATE', path: [stream, NAME], body };
}

/** How an error reveals the limit, and the error code without a limit. */
const ERRORS: Readonly<Record<Limited, { limit: RegExp; none: number }>> = {
  duplicate_window: { limit: /server limit of ([\da-zµ.]{1,40})$/, none: 10052 },
  max_ack_pending: { limit: /system limit of (\d{1,15})$/, none: 10094 },
  max_batch: { limit: /server limit of (\d{1,15})$/, none: 10094 },
};

/** Requests the unknown limits that matter for a read; null for a limit that the server does not reveal. */
export async function requestLimits(
  scope: Scope,
  live: readonly Resource[],
  api: JetStreamApi,
  broker: BrokerIdentity,
): Promise<ServerLimits> {
  const { serverLimits: known = {} } = broker.facts as NatsFacts;
  const isImport = scope.desired.length === 0 && scope.retired.length === 0;
  const wanted = isImport ? limitsToImport(live, broker) : limitsToCompare(scope.desired, live, broker);
  const unknown = [...wanted].filter((field) => known[field] === undefined);
  const found = await Promise.all(
    unknown.map(async (field): Promise<ServerLimits> => {
      const stream = field === 'duplicate_window' ? undefined : streamToAsk(field, live);
      const request = stream === undefined ? WINDOW : consumerRequest(stream, field);
      if (stream === undefined && field !== 'duplicate_window') return {};
      return { [field]: await requestLimit(request, field, api) };
    }),
  );
  return Object.assign({}, known, ...found);
}

/** 0 for none; null if the error does not reveal it. */
async function requestLimit(request: ApiRequest, field: Limited, api: JetStreamApi): Promise<number | null> {
  const { limit, none } = ERRORS[field];
  try {
    await api.once(request, api.deadline());
  } catch (error) {
    if (!(error instanceof Refusal)) return null;
    const [, text] = limit.exec(error.message) ?? [];
    if (text === undefined) return error.errCode === none ? 0 : null;
    const read = field === 'duplicate_window' ? parseDuration(text.replace('µ', 'u'), 'ns') : undefined;
    if (!read) return Number(text);
    return 'value' in read && typeof read.value === 'number' ? read.value : null;
  }
  return null;
}

/** A stream without its own limit for consumers, which it would report in the same words. */
function streamToAsk(field: Limited, live: readonly Resource[]): string | undefined {
  const stream = live.find(
    ({ address, spec: { consumer_limits: limits } }) =>
      kindOf(address) !== 'consumer' && !(isObject(limits) && (toBigInt(limits[field]) ?? 0n) > 0n),
  );
  return stream && streamNameOf(stream.address);
}

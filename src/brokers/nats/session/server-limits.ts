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
import { limitsInQuestion, limitsOfImport } from '../kinds/server-limits.ts';
import type { ApiRequest, JetStreamApi } from './api.ts';
import { Refusal } from './refusals.ts';

/*
 * A server names its limit when it refuses a value above it. Each request below asks for more than any limit, and
 * contradicts itself in what is checked after the limits: no server can accept it, whatever its limits are. Seen on
 * 2.9.10, 2.10.27 and 2.15.1; `checkStreamCfg` in server/stream.go, `checkConsumerCfg` in server/consumer.go.
 */

const MOST = 2_000_000_000;
const YEARS = 4_000_000_000_000_000_000;
const NAME = 'brokerform-limits';

/** Refused without a limit: roll-ups need the purges that `deny_purge` forbids (10052). */
const WINDOW: ApiRequest = {
  verb: 'STREAM.CREATE',
  path: [NAME],
  body: { name: NAME, storage: 'memory', duplicate_window: YEARS, deny_purge: true, allow_rollup_hdrs: true },
};

/** Refused without a limit: a consumer that begins with the first message has no start sequence (10094). */
function consumerRequest(stream: string, field: Limited): ApiRequest {
  const config = { name: NAME, durable_name: NAME, ack_policy: 'explicit', opt_start_seq: 1, [field]: MOST };
  const body = { stream_name: stream, config, action: 'update' };
  return { verb: 'CONSUMER.CREATE', path: [stream, NAME], body };
}

/** How a refusal names the limit, and the codes of those that show that there is none. */
const ANSWERS: Readonly<Record<Limited, { limit: RegExp; none: number }>> = {
  duplicate_window: { limit: /server limit of ([\da-zµ.]{1,40})$/, none: 10052 },
  max_ack_pending: { limit: /system limit of (\d{1,15})$/, none: 10094 },
  max_batch: { limit: /server limit of (\d{1,15})$/, none: 10094 },
};

/** The limits that matter for what was read and are not known yet; null for one that could not be asked. */
export async function askLimits(
  scope: Scope,
  live: readonly Resource[],
  api: JetStreamApi,
  broker: BrokerIdentity,
): Promise<ServerLimits> {
  const { serverLimits: known = {} } = broker.facts as NatsFacts;
  const isImport = scope.desired.length === 0 && scope.retired.length === 0;
  const wanted = isImport ? limitsOfImport(live, broker) : limitsInQuestion(scope.desired, live, broker);
  const unknown = [...wanted].filter((field) => known[field] === undefined);
  const found = await Promise.all(
    unknown.map(async (field): Promise<ServerLimits> => {
      const stream = field === 'duplicate_window' ? undefined : streamToAsk(field, live);
      const request = stream === undefined ? WINDOW : consumerRequest(stream, field);
      if (stream === undefined && field !== 'duplicate_window') return {};
      return { [field]: await askLimit(request, field, api) };
    }),
  );
  return Object.assign({}, known, ...found);
}

/** 0 where there is none; null where the answer does not tell. */
async function askLimit(request: ApiRequest, field: Limited, api: JetStreamApi): Promise<number | null> {
  const { limit, none } = ANSWERS[field];
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

/** Any stream will do, but one that limits the same of its consumers: it answers with its own limit, in the same words. */
function streamToAsk(field: Limited, live: readonly Resource[]): string | undefined {
  const stream = live.find(
    ({ address, spec: { consumer_limits: limits } }) =>
      kindOf(address) !== 'consumer' && !(isObject(limits) && (toBigInt(limits[field]) ?? 0n) > 0n),
  );
  return stream && streamNameOf(stream.address);
}

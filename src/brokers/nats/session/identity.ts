import {
  type BrokerIdentity,
  ConnectionError,
  integer,
  isObject,
  type Json,
  type JsonObject,
  objectOf,
  toBigInt,
} from '../../../model/index.ts';
import { type AccountLimits, atLeast, LEVELS, type NatsFacts } from '../facts.ts';
import type { JetStreamApi } from './api.ts';
import { errorOf, hasNoResponders, hasUnknownOutcome, isTransient } from './refusals.ts';

/** Timeout for optional information, in milliseconds. */
const OPTIONAL_TIMEOUT = 2_000;

const OVERFLOWN = 2n ** 63n;

/**
 * Reads the identity of the broker. It is the first request of a session, so it reports all problems of JetStream.
 *
 * The id is `<cluster>`, or the `<server name>` of a standalone server, followed by `/<domain>` and `@<account>` if
 * there are any: the same from every server of a cluster, and after a restart. The id of a server changes at every
 * start, and is also its default name; the address replaces such a name.
 * @throws ConnectionError, BrokerError
 */
export async function identify(api: JetStreamApi): Promise<BrokerIdentity> {
  const [account, user] = await Promise.all([accountInfo(api), userInfo(api)]);
  const level = isObject(account.api) && typeof account.api.level === 'number' ? account.api.level : 0;
  const facts: NatsFacts = {
    apiLevel: level,
    ...(isStandalone(api) ? { servers: 1 } : {}),
    limits: limitsOf(account),
    ...tiersOf(account),
  };
  return {
    name: api.settings.broker,
    type: 'nats',
    id: idOf(api, account, user),
    version: lowestVersion(api.link.info?.version ?? '', level),
    facts: facts as JsonObject,
  };
}

/** `$JS.API.INFO`. @throws ConnectionError, BrokerError */
export async function accountInfo(api: JetStreamApi): Promise<JsonObject> {
  const { broker, domain } = api.settings;
  const { info } = api.link;
  try {
    const isHopeless = (error: unknown) =>
      hasNoResponders(error) &&
      (info?.jetstream !== true || (domain !== undefined && domain !== info.domain));
    return await api.once({ verb: 'INFO' }, api.deadline()).catch((error: unknown) => {
      if (isHopeless(error) || !(isTransient(error) || hasUnknownOutcome(error))) throw error;
      return api.read({ verb: 'INFO' });
    });
  } catch (error) {
    if (!hasNoResponders(error)) throw errorOf(broker, error, 'read the account');
    const transient = info?.jetstream === true && domain === undefined;
    if (domain !== undefined) {
      const hint = `the server that answered is in ${info?.domain ? `the domain ${JSON.stringify(info.domain)}` : 'no domain'}`;
      throw new ConnectionError(broker, `there is no JetStream domain ${JSON.stringify(domain)}`, { hint });
    }
    const hint = 'start the server with -js, or with jetstream {} in its configuration';
    throw new ConnectionError(broker, 'JetStream is disabled on this server', { hint, transient });
  }
}

/** `$SYS.REQ.USER.INFO`, since 2.10. Its `user` must not be shown: up to 2.14 it can be the token. */
export async function userInfo(api: JetStreamApi): Promise<JsonObject> {
  try {
    const { data } = await api.link.connection.request('$SYS.REQ.USER.INFO', '', {
      timeout: OPTIONAL_TIMEOUT,
    });
    const answer = JSON.parse(new TextDecoder().decode(data)) as Json;
    return objectOf(answer);
  } catch {
    return {};
  }
}

function idOf(api: JetStreamApi, account: JsonObject, user: JsonObject): string {
  const { info } = api.link;
  const named = info?.server_name !== info?.server_id ? info?.server_name : undefined;
  const place = info?.cluster ?? named ?? api.link.connection.getServer();
  const domain = typeof account.domain === 'string' ? `/${account.domain}` : '';
  const name = objectOf(user.data).account;
  return `${place}${domain}${typeof name === 'string' && name !== '' ? `@${name}` : ''}`;
}

/** The lower version of the connected server and of the JetStream leader. */
export function lowestVersion(connected: string, level: number): string {
  const next = LEVELS[level + 1];
  if (next === undefined || !atLeast({ version: connected }, next)) return connected;
  return LEVELS[level] ?? connected;
}

/** True for a standalone server, the only one with JetStream. */
function isStandalone(api: JetStreamApi): boolean {
  const { info } = api.link;
  const { domain } = api.settings;
  return (
    info?.jetstream === true && info.cluster === undefined && (domain === undefined || domain === info.domain)
  );
}

function limitsOf(account: JsonObject): AccountLimits {
  const limits = objectOf(account.limits);
  const names = ['reserved_memory', 'reserved_storage', 'streams', 'consumers'];
  const used = names.flatMap((name) => {
    const value = toBigInt(account[name]);
    // 2.10 servers can count below zero, and show 2^64 - 1.
    return value === undefined ? [] : [[name, value < OVERFLOWN ? integer(value) : 0]];
  });
  return { ...limits, ...Object.fromEntries(used) } as AccountLimits;
}

function tiersOf(account: JsonObject): Pick<NatsFacts, 'tiers'> {
  if (!isObject(account.tiers)) return {};
  const tiers = Object.entries(account.tiers).filter((entry): entry is [string, JsonObject] =>
    isObject(entry[1]),
  );
  return { tiers: Object.fromEntries(tiers.map(([name, tier]) => [name, limitsOf(tier)])) };
}

import { randomBytes } from 'node:crypto';
import { type Check, isObject, type JsonObject, objectOf, toBigInt } from '../../../model/index.ts';
import type { JetStreamApi } from './api.ts';
import { accountInfo, userInfo } from './identity.ts';
import { failureOf, isPermissionError, Refusal } from './refusals.ts';

/** Tolerated difference of the clocks, in milliseconds. */
const SKEW = 5_000;

/** Connection, JetStream, permissions, limits of the account, clock. Responses of the server never make it throw. */
export async function diagnose(api: JetStreamApi): Promise<Check[]> {
  return [...(await connection(api)), ...(await account(api)), ...(await rights(api)), ...(await clock(api))];
}

async function connection({ link }: JetStreamApi): Promise<Check[]> {
  const name = 'connection';
  try {
    const time = await link.connection.rtt();
    const { info } = link;
    const where = info?.cluster ? ` of cluster ${info.cluster}` : '';
    const how = info?.tls_required ? 'TLS' : 'without TLS';
    return [
      { name, ok: true, text: `${info?.server_name}${where}, NATS ${info?.version}, ${how}, ${time} ms` },
    ];
  } catch (error) {
    return [{ name, ok: false, text: error instanceof Error ? error.message : String(error) }];
  }
}

async function account(api: JetStreamApi): Promise<Check[]> {
  let info: JsonObject;
  try {
    info = await accountInfo(api);
  } catch (error) {
    const { message, hint } = error as Error & { hint?: string };
    return [{ name: 'JetStream', ok: false, text: message, ...(hint ? { hint } : {}) }];
  }
  const level = isObject(info.api) ? info.api.level : undefined;
  const domain = typeof info.domain === 'string' ? `, domain ${info.domain}` : '';
  const on = { name: 'JetStream', ok: true, text: `on, API level ${level ?? 'before 2.11'}${domain}` };
  const tiers = isObject(info.tiers) ? Object.entries(info.tiers) : [['account', info] as const];
  return [on, ...tiers.flatMap(([name, tier]) => (isObject(tier) ? usage(name, tier) : []))];
}

function usage(name: string, tier: JsonObject): Check[] {
  const limits = objectOf(tier.limits);
  const parts = [
    ['streams', 'max_streams'],
    ['consumers', 'max_consumers'],
    ['storage', 'max_storage'],
    ['memory', 'max_memory'],
  ].map(([key = '', limit = '']) => ({
    key,
    used: toBigInt(tier[key]) ?? 0n,
    most: toBigInt(limits[limit]) ?? -1n,
  }));
  // The limit of consumers is per stream, the usage per account.
  const full = parts.filter(({ key, used, most }) => key !== 'consumers' && most >= 0n && used >= most);
  const text = parts
    .map(
      ({ key, used, most }) =>
        `${used}${most < 0n ? '' : key === 'consumers' ? ` (${most} a stream)` : ` of ${most}`} ${key}`,
    )
    .join(', ');
  const hint = `nothing more fits into ${full.map(({ key }) => key).join(', ')}`;
  return [{ name: `limits of ${name}`, ok: full.length === 0, text, ...(full.length > 0 ? { hint } : {}) }];
}

/**
 * Tests each permission on a nonexistent stream, with a body that no server accepts: the server rejects the request, or
 * the user.
 */
async function rights(api: JetStreamApi): Promise<Check[]> {
  const nobody = `brokerform-${randomBytes(8).toString('hex')}`;
  const reading = await denied(api, [
    ['STREAM.LIST'],
    ['STREAM.INFO', nobody],
    ['CONSUMER.LIST', nobody],
    ['CONSUMER.INFO', nobody, nobody],
  ]);
  const writing = await denied(api, [
    ['STREAM.CREATE', nobody],
    ['STREAM.UPDATE', nobody],
    ['STREAM.DELETE', nobody],
    ['CONSUMER.CREATE', nobody, nobody],
    ['CONSUMER.DELETE', nobody, nobody],
  ]);
  return [right('rights to plan', reading, nobody), right('rights to apply', writing, nobody)];
}

function right(name: string, problems: readonly string[], nobody: string): Check {
  if (problems.length === 0) return { name, ok: true, text: 'all there' };
  const text = problems.join('; ').replaceAll(nobody, '*');
  return { name, ok: false, text, hint: 'allow publish on $JS.API.> and subscribe on _INBOX.>' };
}

async function denied(api: JetStreamApi, requests: readonly (readonly string[])[]): Promise<string[]> {
  const problems = await Promise.all(
    requests.map(async ([verb = '', ...path]) => {
      try {
        await api.once({ verb, path, body: {} }, api.deadline());
        return [];
      } catch (error) {
        // The request passed the permissions.
        if (error instanceof Refusal) return [];
        const { message } = failureOf(error, verb);
        return [isPermissionError(error) ? message : `${verb}: ${message}`];
      }
    }),
  );
  return [...new Set(problems.flat())];
}

/** Since 2.10; older servers do not send their time. */
async function clock(api: JetStreamApi): Promise<Check[]> {
  const before = Date.now();
  const { server } = await userInfo(api);
  const now = (before + Date.now()) / 2;
  const told = isObject(server) && typeof server.time === 'string' ? Date.parse(server.time) : Number.NaN;
  if (Number.isNaN(told)) return [];
  const skew = told - now;
  const ok = Math.abs(skew) <= SKEW;
  const text = `the server's is ${(Math.abs(skew) / 1000).toFixed(1)} s ${skew < 0 ? 'behind' : 'ahead'}`;
  const hint = 'ages and start times of messages go by the server’s clock: set both by NTP';
  return [{ name: 'clock', ok, text, ...(ok ? {} : { hint }) }];
}

import { BrokerError, type Check, ConnectionError, isObject, type Json } from '../../../model/index.ts';
import { sortedTags, text } from '../kinds/parts.ts';
import type { AmqpLinks } from './amqp.ts';
import { checkDeprecated, checkFeatureFlags } from './features.ts';
import type { Answer, Management } from './management.ts';
import { bodyOf } from './refusals.ts';
import type { Endpoint, RabbitSettings } from './settings.ts';

/** A clock that is further off than this makes times in plans misleading. Milliseconds. */
const CLOCK_TOLERANCE = 5_000;

/** What `doctor` tells of one broker. */
export async function diagnose(
  settings: RabbitSettings,
  management: Management,
  links: AmqpLinks | undefined,
): Promise<Check[]> {
  const ask = (path: string) => management.request({ method: 'GET', path: [path], repeatable: true });
  const tell = (check: string, work: () => Promise<Check>) => work().catch((error) => troubled(check, error));
  const names: { vhosts: string[] } = { vhosts: [] };
  const byHttp = [
    await tell('management API', async () => managementCheck(await ask('overview'), settings)),
    await tell('clock', async () => clockCheck(await ask('whoami'))),
    await tell('rights', async () =>
      rightsCheck(bodyOf(await ask('whoami'), settings, { op: 'read whoami' })),
    ),
    await tell('vhosts', async () => {
      const body = bodyOf(await ask('vhosts'), settings, { op: 'read vhosts' });
      names.vhosts = (Array.isArray(body) ? body : []).filter(isObject).map((item) => text(item.name));
      return vhostsCheck(names.vhosts);
    }),
    await tell('feature flags', () => checkFeatureFlags(management, settings)),
    await tell('deprecated features', () => checkDeprecated(management, settings)),
  ];
  return [...byHttp, await tell('AMQP', () => amqpCheck(settings.amqp, links, names.vhosts[0]))];
}

function troubled(name: string, error: unknown): Check {
  if (error instanceof ConnectionError) {
    return { name, ok: false, text: error.message, ...(error.hint ? { hint: error.hint } : {}) };
  }
  if (error instanceof BrokerError) {
    const { message, hint } = error.failure;
    return { name, ok: false, text: message, ...(hint ? { hint } : {}) };
  }
  throw error;
}

function at({ host, port, tls }: Endpoint): string {
  return `${host}:${port}${tls ? ' with TLS' : ''}`;
}

function managementCheck(answer: Answer, settings: RabbitSettings): Check {
  const body = bodyOf(answer, settings, { op: 'read overview' });
  const { rabbitmq_version, cluster_name } = isObject(body) ? body : {};
  const told = `RabbitMQ ${text(rabbitmq_version)} "${text(cluster_name)}" at ${at(settings.management)}`;
  return { name: 'management API', ok: true, text: told };
}

function clockCheck({ date }: Answer): Check {
  const theirs = Date.parse(date ?? '');
  if (Number.isNaN(theirs)) return { name: 'clock', ok: true, text: 'the broker does not tell its time' };
  const off = Math.abs(Date.now() - theirs);
  // The header has whole seconds.
  if (off <= CLOCK_TOLERANCE) return { name: 'clock', ok: true, text: 'agrees within 5 s' };
  return {
    name: 'clock',
    ok: false,
    text: `differs by ${Math.round(off / 1000)} s from this machine's`,
    hint: 'synchronise both clocks; times of reading in plans are this machine’s',
  };
}

function rightsCheck(body: Json): Check {
  const { name, tags: given } = isObject(body) ? body : {};
  const tags = sortedTags(given);
  const told = `user ${JSON.stringify(text(name))}, tags: ${tags.join(', ') || 'none'}`;
  const can = (...needed: string[]) =>
    tags.includes('administrator') || needed.some((tag) => tags.includes(tag));
  const lacks = [
    ...(can('policymaker') ? [] : ['policies and parameters need "policymaker"']),
    ...(can() ? [] : ['users, permissions, vhosts, limits and operator policies need "administrator"']),
  ];
  return {
    name: 'rights',
    ok: true,
    text: `${told}: may plan queues, exchanges and bindings${lacks.length === 0 ? ', and everything else' : ''}`,
    ...(lacks.length > 0 ? { hint: lacks.join('; ') } : {}),
  };
}

const VHOSTS_SHOWN = 10;

function vhostsCheck(vhosts: readonly string[]): Check {
  if (vhosts.length === 0) {
    const hint = 'give the user a permission in the vhosts that the topology names';
    return { name: 'vhosts', ok: false, text: 'the user may see no vhost', hint };
  }
  const shown = vhosts.slice(0, VHOSTS_SHOWN).map((vhost) => JSON.stringify(vhost));
  const more = vhosts.length > VHOSTS_SHOWN ? ` and ${vhosts.length - VHOSTS_SHOWN} more` : '';
  return { name: 'vhosts', ok: true, text: `${shown.join(', ')}${more}` };
}

async function amqpCheck(
  endpoint: Endpoint | undefined,
  links: AmqpLinks | undefined,
  vhost = '/',
): Promise<Check> {
  if (!endpoint || !links) {
    const hint = 'add "url" for a faster apply, and for headers bindings that test only for presence';
    return { name: 'AMQP', ok: true, text: 'no "url": everything goes by HTTP', hint };
  }
  await links.call(vhost, async () => undefined);
  return { name: 'AMQP', ok: true, text: `login at ${at(endpoint)}, vhost ${JSON.stringify(vhost)}` };
}

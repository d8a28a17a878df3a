import { type Check, isObject } from '../../../model/index.ts';
import { ADMINISTRATOR, text } from '../kinds/parts.ts';
import { askDeprecated, deprecationsIn } from './deprecated.ts';
import type { Management } from './management.ts';
import { bodyOf, isMissing, isRightMissing } from './refusals.ts';
import type { RabbitSettings } from './settings.ts';

/*
 * What the broker lists about its own life cycle: feature flags, which an upgrade requires to be enabled, and deprecated
 * features in use, which a later release removes.
 */

/** For `doctor`. */
export async function checkDeprecated(management: Management, settings: RabbitSettings): Promise<Check> {
  const name = 'deprecated features';
  const answer = await askDeprecated(management);
  if (isMissing(answer))
    return { name, ok: true, text: 'the broker does not list them: RabbitMQ 3.13 and later do' };
  if (isRightMissing(answer)) return unknown(name);
  const used = deprecationsIn(answer, settings);
  if (used.length === 0) return { name, ok: true, text: 'none in use' };
  return {
    name,
    ok: true,
    text: `in use: ${used.map((one) => one.name).join(', ')}`,
    hint: `replace them before an upgrade: ${used.map((one) => `${one.name}: ${one.text}`).join('. ')}`,
  };
}

/** For `doctor`. https://www.rabbitmq.com/docs/feature-flags */
export async function checkFeatureFlags(management: Management, settings: RabbitSettings): Promise<Check> {
  const name = 'feature flags';
  const answer = await management.request({ method: 'GET', path: ['feature-flags'], repeatable: true });
  if (isRightMissing(answer)) return unknown(name);
  const body = bodyOf(answer, settings, { op: 'read feature flags', right: ADMINISTRATOR });
  const listed = (Array.isArray(body) ? body : []).filter(isObject);
  const flags = listed.filter(({ stability }) => stability !== 'experimental');
  const disabled = flags.filter(({ state }) => state === 'disabled').map((item) => text(item.name));
  if (disabled.length === 0) return { name, ok: true, text: `all ${flags.length} are enabled` };
  return {
    name,
    ok: true,
    text: `disabled: ${disabled.sort().join(', ')}`,
    hint: 'once all nodes run this version: rabbitmqctl enable_feature_flag all; a later release may require them, and then refuses to start without',
  };
}

function unknown(name: string): Check {
  return {
    name,
    ok: true,
    text: 'unknown: the user may not read them',
    hint: `the user needs ${ADMINISTRATOR}`,
  };
}

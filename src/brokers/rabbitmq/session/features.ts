import { type Check, type Deprecation, isObject } from '../../../model/index.ts';
import { ADMINISTRATOR, text } from '../kinds/parts.ts';
import type { Answer, Management } from './management.ts';
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

const MOST_FEATURES = 100;
const MOST_SIGNS = 300;

/** What `deprecation_phase` says of later releases. https://www.rabbitmq.com/docs/deprecated-features#deprecation-phases */
const PHASES: Readonly<Record<string, string>> = {
  permitted_by_default: 'deprecated; a later release rejects it by default',
  denied_by_default: 'deprecated and rejected by default; a later release removes it',
  disconnected: 'deprecated and no longer available',
  removed: 'removed',
};

/**
 * Deprecated features in use, as the broker lists them. Nothing before 3.13, which has no such list.
 * @throws ConnectionError, BrokerError
 */
export async function deprecatedFeatures(
  management: Management,
  settings: RabbitSettings,
): Promise<Deprecation[]> {
  const answer = await askDeprecated(management);
  if (isMissing(answer)) return [];
  if (!isRightMissing(answer)) return deprecationsIn(answer, settings);
  const user = JSON.stringify(settings.management.username);
  return [{ name: PATH.join('/'), text: `unknown: the broker refuses the list to user ${user}` }];
}

const PATH = ['deprecated-features', 'used'];

function askDeprecated(management: Management): Promise<Answer> {
  return management.request({ method: 'GET', path: PATH, repeatable: true });
}

/** @throws ConnectionError, BrokerError */
function deprecationsIn(answer: Answer, settings: RabbitSettings): Deprecation[] {
  const body = bodyOf(answer, settings, { op: 'read deprecated features' });
  const listed = (Array.isArray(body) ? body : []).filter(isObject);
  const rest = listed.length - MOST_FEATURES;
  return [
    ...listed.slice(0, MOST_FEATURES).map((feature) => {
      const phase = PHASES[text(feature.deprecation_phase)] ?? 'deprecated';
      const words = [text(feature.desc), phase, text(feature.doc_url)].filter((one) => one !== '');
      return { name: clip(text(feature.name)), text: clip(words.join('; ')) };
    }),
    ...(rest > 0 ? [{ name: PATH.join('/'), text: `lists ${rest} more` }] : []),
  ];
}

function clip(long: string): string {
  return long.length > MOST_SIGNS ? `${long.slice(0, MOST_SIGNS - 1)}…`.toWellFormed() : long;
}

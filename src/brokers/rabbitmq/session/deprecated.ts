import { type Deprecation, isObject } from '../../../model/index.ts';
import { text } from '../kinds/parts.ts';
import type { Answer, Management } from './management.ts';
import { bodyOf, isMissing, isRightMissing } from './refusals.ts';
import type { RabbitSettings } from './settings.ts';

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

export function askDeprecated(management: Management): Promise<Answer> {
  return management.request({ method: 'GET', path: PATH, repeatable: true });
}

/** @throws ConnectionError, BrokerError */
export function deprecationsIn(answer: Answer, settings: RabbitSettings): Deprecation[] {
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

import type { Json, JsonObject, Resource } from '../../../model/index.ts';
import { DEAD_LETTER, QUEUE_ARGUMENTS, tableOf } from '../arguments.ts';
import { fits, humanised } from './fits.ts';
import { escapeTexts } from './literals.ts';

const STRATEGIES: ReadonlySet<Json> = new Set(['at-most-once', 'at-least-once']);

/** A queue's body: friendly keys where they fit, defaults left out but for the type. */
export function queueBody({ spec }: Resource, bindings: readonly JsonObject[]): JsonObject {
  const args: Record<string, Json> = { ...tableOf(spec.arguments) };
  const take = (argument: string, accepts: (value: Json) => boolean): Json | undefined => {
    const value = args[argument];
    if (value === undefined || !accepts(value)) return undefined;
    delete args[argument];
    return value;
  };
  const deadLetter: Record<string, Json> = {};
  for (const [key, argument] of DEAD_LETTER) {
    const isStrategy = key === 'strategy';
    const value = take(argument, (found) => (isStrategy ? STRATEGIES.has(found) : typeof found === 'string'));
    if (value !== undefined) deadLetter[key] = value;
  }
  const friendly: Record<string, Json> = {};
  for (const key of QUEUE_ARGUMENTS) {
    const value = take(`x-${key}`, (found) => fits('queue', key, found));
    if (value !== undefined) friendly[key] = humanised(key, value);
  }
  const body = {
    // Said even where it is the default: a default of the vhost that is set later must not change what this means.
    type: spec.type ?? 'classic',
    ...(spec.durable === false && { durable: false }),
    ...(spec['auto-delete'] === true && { 'auto-delete': true }),
    ...(Object.keys(deadLetter).length > 0 && { 'dead-letter': deadLetter }),
    ...friendly,
    ...(Object.keys(args).length > 0 && { arguments: args }),
  };
  return { ...escapeTexts(body), ...(bindings.length > 0 && { bindings }) };
}

/** An exchange's body. */
export function exchangeBody({ spec }: Resource, bindings: readonly JsonObject[]): JsonObject {
  const { 'alternate-exchange': alternate, ...rest } = tableOf(spec.arguments);
  const isFriendly = typeof alternate === 'string';
  const args = isFriendly || alternate === undefined ? rest : { ...rest, 'alternate-exchange': alternate };
  const body = {
    type: spec.type ?? 'direct',
    ...(spec.durable === false && { durable: false }),
    ...(spec['auto-delete'] === true && { 'auto-delete': true }),
    ...(spec.internal === true && { internal: true }),
    ...(isFriendly && { 'alternate-exchange': alternate }),
    ...(Object.keys(args).length > 0 && { arguments: args }),
  };
  return { ...escapeTexts(body), ...(bindings.length > 0 && { bindings }) };
}

import type { Json, JsonObject, Resource } from '../../../model/index.ts';
import { tableOf } from '../arguments.ts';
import { fits, humanised } from '../fields/field.ts';
import { QUEUE_ARGUMENTS } from '../fields/queue.ts';
import { escapeTexts } from '../import/literals.ts';

/** A queue's body: friendly keys where they fit, defaults left out but for the type. */
export function queueBody({ spec }: Resource, bindings: readonly JsonObject[]): JsonObject {
  const args: Record<string, Json> = { ...tableOf(spec.arguments) };
  const deadLetter: Record<string, Json> = {};
  const friendly: Record<string, Json> = {};
  for (const [name, row] of QUEUE_ARGUMENTS) {
    const value = args[`x-${name}`];
    if (value === undefined || row.raw || !fits(row, value)) continue;
    delete args[`x-${name}`];
    if (row.deadLetter === undefined) friendly[name] = humanised(value, row.unit);
    else deadLetter[row.deadLetter] = value;
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

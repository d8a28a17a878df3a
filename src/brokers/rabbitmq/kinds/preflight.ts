import {
  type Change,
  type Context,
  kindOf,
  nearestWord,
  parseAddress,
  type Resource,
  type Risk,
  refused,
} from '../../../model/index.ts';
import { factsOf } from '../facts.ts';
import { EXCHANGE_PLUGINS } from '../fields/exchange.ts';
import type { RabbitKind } from './kind.ts';

/*
 * What the broker is known to refuse, found before anything is sent. Refusals seen on 3.10.8 and 4.3.6.
 */

/** The kind, with what it would be refused for added to its risks. */
export function withPreflight(kind: RabbitKind): RabbitKind {
  return {
    ...kind,
    risks: (change, context) => [...kind.risks(change, context), ...refusalsOf(change, context)],
  };
}

function refusalsOf(change: Change, context: Context): Risk[] {
  if (change.action !== 'create' && change.action !== 'replace') return [];
  const { after } = change;
  const type = kindOf(after.address) === 'exchange' ? unknownType(after, context) : [];
  return [...type, ...(change.action === 'create' ? missingNeeds(after, context) : [])];
}

function unknownType({ spec }: Resource, { broker }: Context): Risk[] {
  const { exchangeTypes } = factsOf(broker);
  const type = String(spec.type);
  if (!exchangeTypes || exchangeTypes.includes(type)) return [];
  const plugin = EXCHANGE_PLUGINS[type];
  const nearest = nearestWord(type, exchangeTypes);
  const hint =
    plugin !== undefined
      ? `enable its plug-in on every node: rabbitmq-plugins enable ${plugin}`
      : nearest !== undefined
        ? `did you mean "${nearest}"?`
        : `it has ${[...exchangeTypes].sort().join(', ')}`;
  return [refused('exchange-type-missing', `the broker has no exchange type "${type}"`, hint)];
}

/** Kinds of needs without which the broker refuses a resource of a kind. It takes a policy without its exchange. */
function isVital(need: string, kind: string): boolean {
  if (need === 'vhost' || need === 'user') return true;
  return kind === 'binding' && (need === 'queue' || need === 'exchange');
}

function missingNeeds(resource: Resource, context: Context): Risk[] {
  const kind = kindOf(resource.address);
  return resource.dependsOn.flatMap((address): Risk[] => {
    const need = kindOf(address);
    if (!isVital(need, kind) || !isMissing(address, context)) return [];
    const name = parseAddress(address).path.at(-1) ?? '';
    const hint = `declare it in this project, or create it before this plan is made`;
    if (context.deleted?.has(address)) {
      return [refused('need-missing', `${need} "${name}" is deleted by this plan`, 'keep one of the two')];
    }
    return [refused('need-missing', `${need} "${name}" does not exist and is not declared`, hint)];
  });
}

/** Known only of a live broker: a file may hold a part of it. */
function isMissing(address: string, { broker, desired, live, deleted }: Context): boolean {
  const { user, vhosts } = factsOf(broker);
  if (user === undefined || desired.has(address)) return false;
  if (live.has(address)) return deleted?.has(address) === true;
  const { kind, path } = parseAddress(address);
  return kind !== 'vhost' || vhosts?.includes(path[0] ?? '') === false;
}

import {
  type Address,
  type Connection,
  indexByAddress,
  type JsonObject,
  kindOf,
  parseAddress,
  type Resource,
  type Scope,
} from '../../../model/index.ts';
import { globalParameterAddress, parameterAddress, userAddress } from '../addresses.ts';
import { conceal } from '../kinds/secrets.ts';
import { globalParameterResource, parameterResource } from '../resources.ts';
import type { Listings } from './listings.ts';
import { toUser } from './passwords.ts';
import * as payloads from './payloads.ts';
import { text } from './payloads.ts';
import { type Needs, needsOf } from './scope.ts';

/** Everything that reading takes, so that the functions below need no more than this and the scope. */
interface Reading {
  readonly broker: string;
  readonly listings: Listings;
  readonly needs: Needs;
  readonly desired: ReadonlyMap<Address, Resource>;
  readonly resolve: Connection['resolve'];
}

const ADMINISTRATOR = 'the tag "administrator"';
const POLICYMAKER = 'the tag "policymaker"';

/** Queues, exchanges and bindings go together: a replacement must know what else hangs on what it replaces. */
const TOPOLOGY = ['exchange', 'queue', 'binding'];

/**
 * The live resources of a scope: a constant number of lists a vhost, and one for each kind that has none, and no
 * list that the scope does not need.
 * @throws ConnectionError, BrokerError, MissingVariable
 */
export async function readScope(
  scope: Scope,
  connection: Connection,
  listings: Listings,
): Promise<Resource[]> {
  const broker = connection.name;
  const reading: Reading = {
    broker,
    listings,
    needs: needsOf(scope, broker),
    desired: indexByAddress(scope.desired),
    resolve: connection.resolve,
  };
  const { kinds, listsVhosts } = reading.needs;
  // For users without the tag `administrator` this lists the vhosts that they may see.
  const vhosts: Promise<JsonObject[]> =
    kinds.has('vhost') || listsVhosts ? listings.all('vhosts', 'the tag "management"') : Promise.resolve([]);
  // Waited for only where it tells which other lists to read.
  const names = listsVhosts ? (await vhosts).map((item) => text(item.name)) : [];
  const topology = reading.needs.vhostsOf(TOPOLOGY, names);
  const parts = await Promise.all([
    kinds.has('vhost') ? vhosts.then((items) => items.map((item) => payloads.toVhost(broker, item))) : [],
    ...[...topology].map((vhost) => readTopology(reading, vhost)),
    ...[...reading.needs.vhostsOf(['operator-policy'], names)].map((vhost) =>
      readOperatorPolicies(reading, vhost),
    ),
    readPolicies(reading, names),
    ...readGlobal(reading),
  ]);
  const resources = parts.flat();
  await checkVisibility(reading, resources, topology);
  return resources;
}

/** Lists of the whole broker that leave out, without a word, the vhosts that the user may not see. */
const SILENT = new Set(['vhost', 'vhost-limits', 'parameter']);

/**
 * What is named and was not found may be in a vhost that is hidden from the user: such vhosts are asked for by name.
 * @param listed vhosts whose own lists were read, which are refused where the vhost is hidden
 * @throws BrokerError for a vhost that exists and is hidden
 */
async function checkVisibility(
  { needs, listings }: Reading,
  found: readonly Resource[],
  listed: ReadonlySet<string>,
): Promise<void> {
  const seen = new Set(listed);
  for (const { address } of found) {
    if (SILENT.has(kindOf(address))) seen.add(parseAddress(address).path[0] ?? '');
  }
  const named = new Set([...SILENT].flatMap((kind) => [...needs.namedVhosts(kind)]));
  const unseen = [...named].filter((vhost) => !seen.has(vhost));
  await Promise.all(unseen.map((vhost) => listings.ofVhost('vhost-limits', vhost)));
}

async function readTopology({ broker, listings }: Reading, vhost: string): Promise<Resource[]> {
  // Each list is worked on as soon as it is there, while the broker is still busy with the next one.
  const parts = await Promise.all([
    listings.ofVhost('exchanges', vhost).then((items) => payloads.toExchanges(broker, items)),
    listings
      .ofVhost('queues', vhost, 'disable_stats=true')
      .then((items) => items.map((item) => payloads.toQueue(broker, item))),
    listings.ofVhost('bindings', vhost).then((items) => payloads.toBindings(broker, items)),
  ]);
  return parts.flat();
}

/** Policies change what queues and exchanges do, so they are read along with these, as far as the user may. */
async function readPolicies(reading: Reading, listed: readonly string[]): Promise<Resource[]> {
  const { broker, listings, needs } = reading;
  const asked = needs.vhostsOf(['policy'], listed);
  const along = needs.vhostsOf(TOPOLOGY, listed);
  const lists = await Promise.all(
    [...new Set([...asked, ...along])].map((vhost) =>
      asked.has(vhost) ? listings.ofVhost('policies', vhost) : listings.ofVhostIfAllowed('policies', vhost),
    ),
  );
  return lists.flat().map((item) => payloads.toPolicy(broker, 'policy', item));
}

async function readOperatorPolicies({ broker, listings }: Reading, vhost: string): Promise<Resource[]> {
  const items = await listings.ofVhost('operator-policies', vhost);
  return items.map((item) => payloads.toPolicy(broker, 'operator-policy', item));
}

/** Lists that cover the whole broker, each only when its kind is in scope. */
function readGlobal(reading: Reading): Promise<Resource[]>[] {
  const { broker, listings, needs } = reading;
  const list = async (
    kind: string,
    what: string,
    right: string,
    toResources: (item: JsonObject) => Resource | readonly Resource[],
  ): Promise<Resource[]> =>
    needs.kinds.has(kind) ? (await listings.all(what, right)).flatMap(toResources) : [];
  return [
    list('vhost-limits', 'vhost-limits', ADMINISTRATOR, (item) => payloads.toVhostLimits(broker, item)),
    list('user', 'users', ADMINISTRATOR, (item) => readUser(reading, item)),
    list('user-limits', 'user-limits', ADMINISTRATOR, (item) => payloads.toUserLimits(broker, item)),
    list('permission', 'permissions', ADMINISTRATOR, (item) => payloads.toPermission(broker, item)),
    list('topic-permission', 'topic-permissions', ADMINISTRATOR, (item) =>
      payloads.toTopicPermission(broker, item),
    ),
    list('parameter', 'parameters', POLICYMAKER, (item) => readParameter(reading, item)),
    list('global-parameter', 'global-parameters', POLICYMAKER, (item) => readGlobalParameter(reading, item)),
  ];
}

function readUser({ broker, desired, resolve }: Reading, item: JsonObject): Resource {
  const address = userAddress(broker, text(item.name));
  return toUser(broker, item, desired.get(address)?.spec, resolve);
}

/** The broker keeps policies and limits as parameters too; these are kinds of their own. */
const OWN_KINDS = new Set(['policy', 'operator_policy', 'vhost-limits']);

function readParameter({ broker, desired, resolve }: Reading, item: JsonObject): Resource[] {
  const [vhost, component, name] = [text(item.vhost), text(item.component), text(item.name)];
  if (OWN_KINDS.has(component)) return [];
  const declared = desired.get(parameterAddress(broker, vhost, component, name));
  const value = conceal(item.value ?? null, declared?.spec.value, resolve);
  return [parameterResource(broker, vhost, component, name, { value })];
}

function readGlobalParameter({ broker, desired, resolve }: Reading, item: JsonObject): Resource {
  const name = text(item.name);
  const declared = desired.get(globalParameterAddress(broker, name));
  return globalParameterResource(broker, name, {
    value: conceal(item.value ?? null, declared?.spec.value, resolve),
  });
}

import {
  type BrokerIdentity,
  type Context,
  type ImportedFile,
  indexByAddress,
  type JsonObject,
  kindOf,
  type Resource,
  systemOwned,
} from '../../../model/index.ts';
import { exchangeAddress, queueAddress } from '../addresses.ts';
import { identityOf } from '../kinds/amqp-calls.ts';
import { kinds } from '../kinds/index.ts';
import { brokerOf, countOf, pathOf } from '../kinds/parts.ts';
import { isPredeclaredExchange } from '../resources.ts';
import { usersSection } from '../sections/users.ts';
import { present, vhostSection } from '../sections/vhosts.ts';
import { Literals } from './literals.ts';

/** Kinds that belong to users, and are written in their file. */
const USER_KINDS = new Set(['user', 'user-limits', 'permission', 'topic-permission']);

/** Of them, what a user may do in a vhost. */
const RIGHTS = new Set(['permission', 'topic-permission']);

/**
 * Live resources as YAML that a person would have written: a file for each vhost, one for the users, one for the
 * global parameters. What the broker or a client made for itself is left out.
 */
export function toSections(resources: readonly Resource[], broker: BrokerIdentity): ImportedFile[] {
  const { kept, notes } = ours(completed(resources, broker));
  const literals = new Literals();
  const files: ImportedFile[] = [];
  const names = new FileNames();
  const users = new Set(kept.flatMap((one) => (kindOf(one.address) === 'user' ? [pathOf(one)[0]] : [])));
  const isOfUser = (resource: Resource) =>
    USER_KINDS.has(kindOf(resource.address)) && users.has(userOf(resource));
  for (const [vhost, members] of byVhost(kept.filter((resource) => !isOfUser(resource)))) {
    const before = literals.notes.length;
    const { section, notes: own } = vhostSection(vhost, members, literals);
    const told = [...(notes.get(vhost) ?? []), ...own, ...literals.notes.slice(before)];
    files.push({ name: names.make(vhost === '/' ? 'default' : vhost), section, notes: told });
  }
  const { section, notes: told } = usersSection(kept.filter(isOfUser));
  if (Object.keys(section).length > 0) files.push({ name: names.make('users'), section, notes: told });
  const global = globalSection(kept, literals);
  if (Object.keys(global.section).length > 0) {
    files.push({ name: names.make('global-parameters'), ...global });
  }
  return files;
}

function completed(resources: readonly Resource[], broker: BrokerIdentity): Resource[] {
  const context: Context = { broker, desired: new Map(), live: indexByAddress(resources) };
  return resources.map((resource) => {
    const spec = kinds[kindOf(resource.address)]?.complete(resource, context);
    return spec ? { ...resource, spec } : resource;
  });
}

/**
 * Without what the system owns, and without bindings whose ends are not there, as nobody could make these again.
 * How many those are is told, by vhost.
 */
function ours(resources: readonly Resource[]): { kept: Resource[]; notes: Map<string, string[]> } {
  const system = systemOwned(indexByAddress(resources), kinds);
  const addresses = new Set(resources.flatMap(({ address }) => (system.has(address) ? [] : [address])));
  const dangling = new Map<string, number>();
  const kept = resources.filter((resource) => {
    if (!addresses.has(resource.address)) return false;
    // What a file declares may lead to what is declared elsewhere.
    const isDeclared = resource.at !== undefined;
    if (kindOf(resource.address) !== 'binding' || isDeclared) return true;
    if (endsOf(resource).every((address) => addresses.has(address))) return true;
    const [vhost = ''] = pathOf(resource);
    dangling.set(vhost, (dangling.get(vhost) ?? 0) + 1);
    return false;
  });
  const notes = Array.from(dangling, ([vhost, count]): [string, string[]] => [
    vhost,
    [`${countOf(count, 'binding')} left out: an end of it is not among what is written`],
  ]);
  return { kept, notes: new Map(notes) };
}

/** The addresses of a binding's exchanges and queue, but for exchanges that are in every vhost. */
function endsOf(binding: Resource): string[] {
  const { vhost, source, destination, destinationType } = identityOf(binding);
  const broker = brokerOf(binding);
  const exchanges = destinationType === 'exchange' ? [source, destination] : [source];
  return [
    ...exchanges
      .filter((name) => !isPredeclaredExchange(name))
      .map((name) => exchangeAddress(broker, vhost, name)),
    ...(destinationType === 'queue' ? [queueAddress(broker, vhost, destination)] : []),
  ];
}

/** Rights of a user who is not among the resources are written with the vhost. */
function userOf(resource: Resource): string | undefined {
  const isRight = RIGHTS.has(kindOf(resource.address));
  return pathOf(resource)[isRight ? 1 : 0];
}

function byVhost(resources: readonly Resource[]): [vhost: string, members: Resource[]][] {
  const vhosts = new Map<string, Resource[]>();
  for (const resource of resources) {
    const kind = kindOf(resource.address);
    if (kind === 'user-limits' || kind === 'global-parameter') continue;
    const [vhost = ''] = pathOf(resource);
    const members = vhosts.get(vhost);
    if (members) members.push(resource);
    else vhosts.set(vhost, [resource]);
  }
  return [...vhosts].sort(([a], [b]) => (a < b ? -1 : 1));
}

function globalSection(resources: readonly Resource[], literals: Literals): Omit<ImportedFile, 'name'> {
  const before = literals.notes.length;
  const parameters = resources
    .filter(({ address }) => kindOf(address) === 'global-parameter')
    .map((resource) => [pathOf(resource)[0] ?? '', resource.spec.value ?? null] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => [name, literals.of(value, [name])] as const);
  const section: JsonObject = present({ 'global-parameters': Object.fromEntries(parameters) });
  return { section, notes: literals.notes.slice(before) };
}

const LONGEST = 80;

/** Names that are safe in any file system and differ in more than case. */
class FileNames {
  readonly #taken = new Set<string>();

  make(wanted: string): string {
    const safe = wanted
      .replace(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^[-.]+|[-.]+$/g, '')
      .slice(0, LONGEST);
    const base = safe === '' ? 'vhost' : safe;
    let name = base;
    for (let count = 2; this.#taken.has(name.toLowerCase()); count++) name = `${base}-${count}`;
    this.#taken.add(name.toLowerCase());
    return `${name}.yaml`;
  }
}

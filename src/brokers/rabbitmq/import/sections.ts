import {
  type BrokerIdentity,
  type Context,
  countOf,
  groupBy,
  type ImportedFile,
  indexByAddress,
  isObject,
  type Json,
  type JsonObject,
  kindOf,
  type Resource,
  systemOwned,
} from '../../../model/index.ts';
import { endsOf, identityOf } from '../kinds/binding/identity.ts';
import { WrittenBindings } from '../kinds/binding/yaml.ts';
import { kinds } from '../kinds/index.ts';
import type { Writer } from '../kinds/kind.ts';
import { isPredeclaredExchange, nameOf, pathOf } from '../kinds/parts.ts';
import { Literals } from '../kinds/secrets.ts';
import { takeSuperStreams } from '../kinds/super-stream.ts';
import { writeUser } from '../kinds/user.ts';
import { writeVhost } from '../kinds/vhost.ts';

/**
 * Live resources as YAML that a person would have written: a file for each vhost, one for the users, one for the
 * global parameters. What the broker or a client made for itself is left out.
 */
export function toSections(resources: readonly Resource[], broker: BrokerIdentity): ImportedFile[] {
  const { kept, notes } = ours(completed(resources, broker));
  const literals = new Literals();
  const files: ImportedFile[] = [];
  const names = new FileNames();
  const add = (name: string, section: JsonObject, told: readonly string[]) => {
    if (Object.keys(section).length > 0) files.push({ name: names.make(name), section, notes: told });
  };
  const users = new Map(sorted(ofKind('user', kept)).map((one) => [nameOf(one), one]));
  // Rights of a user who is not among the resources are written with the vhost.
  const ownerOf = (one: Resource) => users.get(kinds[kindOf(one.address)]?.userOf?.(one) ?? '');
  for (const [vhost, members] of byVhost(kept.filter((one) => !ownerOf(one)))) {
    const before = literals.notes.length;
    const { superStreams, rest } = takeSuperStreams(members);
    const bindings = new WrittenBindings(ofKind('binding', rest));
    const own = writeVhost(vhost, ofKind('vhost', members)[0]?.spec);
    const section = present({
      ...own,
      ...written('inVhost', rest, { bindings, literals }),
      'super-streams': superStreams,
    });
    const told = [...(notes.get(vhost) ?? []), ...bindings.notes, ...literals.notes.slice(before)];
    add(vhost === '/' ? 'default' : vhost, section, told);
  }
  const writer = { literals, bindings: new WrittenBindings([]) };
  const rights = groupBy(kept, ownerOf);
  const bodies = [...users].map(([name, user]): [string, JsonObject] => [
    name,
    present({ ...writeUser(user), ...written('inUser', rights.get(user) ?? [], writer) }),
  ]);
  const unread = bodies.filter(([, { password }]) => password === undefined);
  add(
    'users',
    present({ users: Object.fromEntries(bodies) }),
    unread.map(([name]) => `the password of user ${name} cannot be read, and stays as it is`),
  );
  const before = literals.notes.length;
  for (const [key, value] of Object.entries(written('beside', kept, writer))) {
    add(key, present({ [key]: value }), literals.notes.slice(before));
  }
  return files;
}

/** The keys of all kinds that stand in one place, what is in them sorted by name. */
function written(
  place: 'inVhost' | 'inUser' | 'beside',
  members: readonly Resource[],
  writer: Writer,
): JsonObject {
  const byKind = groupBy(sorted(members), ({ address }) => kindOf(address));
  return Object.assign(
    {},
    ...Object.entries(kinds).map(([name, kind]) => kind[place]?.write?.(byKind.get(name) ?? [], writer)),
  );
}

function sorted(resources: readonly Resource[]): Resource[] {
  const keyed = resources.map((resource) => ({ key: pathOf(resource).join('\0'), resource }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ resource }) => resource);
}

function ofKind(kind: string, resources: readonly Resource[]): Resource[] {
  return resources.filter(({ address }) => kindOf(address) === kind);
}

/** Without the keys whose mapping or list is empty. */
function present(fields: JsonObject): JsonObject {
  const isEmpty = (value: Json) =>
    Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => !isEmpty(value)));
}

function completed(resources: readonly Resource[], broker: BrokerIdentity): Resource[] {
  const context: Context = { broker, desired: new Map(), live: indexByAddress(resources) };
  return resources.map((resource) => {
    const spec = kinds[kindOf(resource.address)]?.complete(resource, context);
    return spec ? { ...resource, spec } : resource;
  });
}

/**
 * Without what the system owns, and without bindings whose ends are not there, as these could not be re-created.
 * Their number is reported by vhost.
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
    if (declarableEnds(resource).every((address) => addresses.has(address))) return true;
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
function declarableEnds(binding: Resource): string[] {
  const { source, destination, destinationType } = identityOf(binding);
  const ends = endsOf(binding);
  const isEverywhere = destinationType === 'exchange' && isPredeclaredExchange(destination);
  return [
    ...(isPredeclaredExchange(source) ? [] : [ends.source]),
    ...(isEverywhere ? [] : [ends.destination]),
  ];
}

function byVhost(resources: readonly Resource[]): [vhost: string, members: Resource[]][] {
  const inVhosts = resources.filter(({ address }) => {
    const kind = kindOf(address);
    return kind === 'vhost' || kinds[kind]?.inVhost !== undefined;
  });
  return [...groupBy(inVhosts, nameOf)].sort(([a], [b]) => (a < b ? -1 : 1));
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

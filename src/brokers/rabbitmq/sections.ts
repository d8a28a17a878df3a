import {
  type BrokerIdentity,
  type Context,
  type ImportedFile,
  indexByAddress,
  type JsonObject,
  kindOf,
  type Resource,
} from '../../model/index.ts';
import { queueAddress } from './addresses.ts';
import { identityOf } from './kinds/binding.ts';
import { kinds } from './kinds/index.ts';
import { brokerOf, countOf, pathOf } from './kinds/parts.ts';
import { Literals } from './sections/literals.ts';
import { usersSection } from './sections/users.ts';
import { present, vhostSection } from './sections/vhosts.ts';

/** Kinds that belong to users, and are written in their file. */
const USER_KINDS = new Set(['user', 'user-limits', 'permission', 'topic-permission']);

/**
 * Live resources as YAML that a person would have written: a file for each vhost, one for the users, one for the
 * global parameters. What the broker or a client made for itself is left out.
 */
export function toSections(resources: readonly Resource[], broker: BrokerIdentity): ImportedFile[] {
  const { kept, notes } = ours(completed(resources, broker));
  const literals = new Literals();
  const files: ImportedFile[] = [];
  const names = new FileNames();
  for (const [vhost, members] of byVhost(kept)) {
    const before = literals.notes.length;
    const { section, notes: own } = vhostSection(vhost, members, literals);
    const told = [...(notes.get(vhost) ?? []), ...own, ...literals.notes.slice(before)];
    if (Object.keys(section).length === 0 && told.length === 0) continue;
    files.push({ name: names.make(vhost === '/' ? 'default' : vhost), section, notes: told });
  }
  const { section, notes: told } = usersSection(
    kept.filter(({ address }) => USER_KINDS.has(kindOf(address))),
  );
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

/** Without what the broker or a client keeps for itself; and how many queues that leaves out, by vhost. */
function ours(resources: readonly Resource[]): { kept: Resource[]; notes: Map<string, string[]> } {
  const reserved = new Set<string>();
  const counts = new Map<string, number>();
  for (const resource of resources) {
    const kind = kindOf(resource.address);
    if (kinds[kind]?.reserved?.(resource) === undefined) continue;
    reserved.add(resource.address);
    const [vhost = ''] = pathOf(resource);
    if (kind === 'queue') counts.set(vhost, (counts.get(vhost) ?? 0) + 1);
  }
  const kept = resources.filter((resource) => {
    if (reserved.has(resource.address)) return false;
    if (kindOf(resource.address) !== 'binding') return true;
    const { vhost, destination, destinationType } = identityOf(resource);
    return destinationType !== 'queue' || !reserved.has(queueAddress(brokerOf(resource), vhost, destination));
  });
  const notes = [...counts].map(([vhost, count]): [string, string[]] => [
    vhost,
    [`${countOf(count, 'queue')} left out: exclusive, or named by the broker for a client`],
  ]);
  return { kept, notes: new Map(notes) };
}

function byVhost(resources: readonly Resource[]): [vhost: string, members: Resource[]][] {
  const vhosts = new Map<string, Resource[]>();
  for (const resource of resources) {
    const kind = kindOf(resource.address);
    if (USER_KINDS.has(kind) || kind === 'global-parameter') continue;
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

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Document, Scalar, visit } from 'yaml';
import { completeSides } from '../diff/index.ts';
import { notCarriedOver, pathTo } from '../import/index.ts';
import { loadForeign } from '../load/index.ts';
import {
  type Address,
  countBy,
  type Diagnostic,
  type ImportedFile,
  InvalidPlanFile,
  indexByAddress,
  isExactInt,
  isObject,
  type Json,
  type JsonObject,
  kindOf,
  matchedBy,
  type Provider,
  parseJson,
  type Resource,
  type Snapshot,
  systemOwned,
  type UnreadPart,
} from '../model/index.ts';
import type { DeclaredBroker } from './check.ts';
import { type OpenOptions, withSession } from './sessions.ts';
import { readSnapshot } from './snapshot.ts';

/** Everything on a live broker that a project could manage. @throws ConnectionError, BrokerError */
export async function readEverything(
  broker: DeclaredBroker,
  options: OpenOptions & { readonly timeout: number },
): Promise<ManageableSnapshot> {
  const { provider, name, ignore } = broker;
  return withSession(broker, options, async (session) => {
    const resources = await session.read({ desired: [], retired: [], owns: [`${name}/**`] });
    return manageable({ broker: session.broker, resources }, provider, ignore);
  });
}

/** The resources of an export file. @throws InvalidPlanFile when the file is of no kind that the provider knows. */
export async function readExport(
  file: string,
  broker: Pick<DeclaredBroker, 'name' | 'provider'> & Partial<Pick<DeclaredBroker, 'ignore'>>,
  directory?: string,
): Promise<ManageableSnapshot> {
  const snapshot = await readSnapshot(file, broker.name, broker.provider, directory);
  if (!snapshot)
    throw new InvalidPlanFile(
      `${file} is no export of ${broker.provider.name}, and no snapshot of "${broker.name}"`,
    );
  return manageable(snapshot, broker.provider, broker.ignore);
}

/**
 * A snapshot as topology files. @returns file name → text; what could not be carried over stands in comments.
 * @param told to be said at the top of the first file
 */
export function toYaml(
  snapshot: ManageableSnapshot,
  provider: Provider,
  namesBroker: boolean,
  told: readonly string[] = [],
): Map<string, string> {
  const files = provider.toSections(snapshot.resources, snapshot.broker).map((file, index) => ({
    ...file,
    notes: index === 0 ? [...told, ...(snapshot.omitted ?? []), ...file.notes] : file.notes,
  }));
  return new Map(
    files.map((file) => [file.name, fileText(file, snapshot.broker.name, provider.name, namesBroker)]),
  );
}

/** A section with its notes as comments. */
export function fileText(file: ImportedFile, broker: string, type: string, namesBroker: boolean): string {
  const section: JsonObject = namesBroker ? { broker, ...file.section } : file.section;
  // A note is built from names on the broker, which may hold line breaks: each line must stay a comment.
  const notes = file.notes.map((note) => `# ${note.replace(/[\r\n\u0085\u2028\u2029]+/g, ' ')}\n`).join('');
  const document = new Document({ [type]: writable(section) });
  // A plain << would be read as a merge key.
  visit(document, {
    Scalar(_, node) {
      if (node.value === '<<') node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return notes + document.toString({ lineWidth: 110 });
}

/** A snapshot without what no project manages. */
export interface ManageableSnapshot extends Snapshot {
  /** How many resources were left out, and why; a sentence each. */
  readonly omitted?: readonly string[];
}

/**
 * Resources as their kinds complete them, without what the system owns or the project ignores.
 * @param ignore address globs
 */
export function manageable(
  { broker, resources }: Snapshot,
  { kinds }: Provider,
  ignore: readonly string[] = [],
): ManageableSnapshot {
  const { live } = completeSides({ broker }, [], resources, kinds);
  const system = systemOwned(live, kinds);
  const ignored = matchedBy(ignore, live, kinds);
  const addresses = [...live.keys()];
  const ofSystem = new Set(addresses.filter((address) => system.has(address)));
  const others = addresses.filter((address) => !ofSystem.has(address));
  const ofIgnored = new Set(others.filter((address) => ignored.has(address)));
  const omitted = [
    ...omission(ofSystem, 'they belong to the broker, a plug-in or a client'),
    ...omission(ofIgnored, 'the configuration ignores them'),
  ];
  const kept = [...live.values()].filter(({ address }) => !ofSystem.has(address) && !ofIgnored.has(address));
  return { broker, resources: kept, ...(omitted.length > 0 && { omitted }) };
}

/** The part that globs choose, with all that disappears with it: a queue's bindings, everything in a vhost. */
export function partOf(
  snapshot: ManageableSnapshot,
  { kinds }: Provider,
  { targets, excludes }: { readonly targets: readonly string[]; readonly excludes: readonly string[] },
): ManageableSnapshot {
  const live = indexByAddress(snapshot.resources);
  const wanted = targets.length === 0 ? live : matchedBy(targets, live, kinds);
  const unwanted = matchedBy(excludes, live, kinds);
  const isChosen = ({ address }: Resource) => wanted.has(address) && !unwanted.has(address);
  return { ...snapshot, resources: snapshot.resources.filter(isChosen) };
}

/** `left out: 2 queues, 1 binding; …`, by kind. */
function omission(addresses: ReadonlySet<Address>, why: string): string[] {
  if (addresses.size === 0) return [];
  const parts = Array.from(countBy(addresses, kindOf), ([kind, count]) => `${count} × ${kind}`);
  return [`left out: ${parts.sort().join(', ')}: ${why}`];
}

/** The same data, with integers beyond 2^53 as the YAML library writes them: with all their digits. */
function writable(value: Json): unknown {
  if (isExactInt(value)) return BigInt(value.$int);
  if (Array.isArray(value)) return value.map(writable);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value as JsonObject).map(([key, item]) => [key, writable(item)]));
}

/**
 * What of a broker's own export was not read, with its place in the file.
 * @param file that {@link readExport} has read
 */
export async function unreadInExport(
  file: string,
  provider: Provider,
  directory = '',
): Promise<Diagnostic[]> {
  const text = await readFile(resolve(directory, file), 'utf8');
  const parts = provider.unreadInExport?.(parseJson(text.replace(/^\uFEFF/, ''))) ?? [];
  if (parts.length === 0) return [];
  // Places cost more than values: they are looked up only where there is something to say.
  const [document] = loadForeign([file], directory).documents;
  return parts.map((part) => {
    const what = part.path.reduce<string>((name, key) => pathTo(name, key), '');
    return notCarriedOver(what, part.why, placeOf(part, document) ?? { file, line: 1, col: 1 });
  });
}

function placeOf(
  { path }: UnreadPart,
  document: ReturnType<typeof loadForeign>['documents'][number] | undefined,
) {
  let value: Json | undefined = document?.value;
  let at = document?.at;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) break;
    at = document?.places.at(value, key) ?? at;
    value = (value as Readonly<Record<string | number, Json>>)[key];
  }
  return at;
}

import { Document, Scalar, visit } from 'yaml';
import { completeSides } from '../diff/index.ts';
import {
  DamagedPlan,
  type ImportedFile,
  isExactInt,
  isObject,
  type Json,
  type JsonObject,
  kindOf,
  type Provider,
  type Snapshot,
} from '../model/index.ts';
import type { DeclaredBroker } from './check.ts';
import { closeSessions, type OpenOptions, openSessions } from './sessions.ts';
import { readSnapshot } from './snapshot.ts';

/** Everything on a live broker, without what is the broker's own. @throws ConnectionError, BrokerError */
export async function readEverything(
  broker: DeclaredBroker,
  options: OpenOptions & { readonly timeout: number },
): Promise<Snapshot> {
  const { provider, connect, name } = broker;
  const sessions = await openSessions([{ provider, connection: connect(options.timeout) }], options);
  try {
    const session = sessions.get(name);
    if (!session) throw new Error(`no session to ${name}`);
    const resources = await session.read({ desired: [], retired: [], owns: [`${name}/**`] });
    return completed({ broker: session.broker, resources }, provider);
  } finally {
    await closeSessions(sessions.values());
  }
}

/** The resources of an export file. @throws DamagedPlan when the file is of no kind that the provider knows. */
export async function readExport(
  file: string,
  broker: Pick<DeclaredBroker, 'name' | 'provider'>,
): Promise<Snapshot> {
  const snapshot = await readSnapshot(file, broker.name, broker.provider);
  if (!snapshot)
    throw new DamagedPlan(
      `${file} is no export of ${broker.provider.name}, and no snapshot of "${broker.name}"`,
    );
  return completed(snapshot, broker.provider);
}

/**
 * A snapshot as topology files. @returns file name → text; what could not be carried over stands in comments.
 * @param told to be said at the top of the first file
 */
export function toYaml(
  snapshot: Snapshot,
  provider: Provider,
  namesBroker: boolean,
  told: readonly string[] = [],
): Map<string, string> {
  const files = provider.toSections(snapshot.resources, snapshot.broker).map((file, index) => ({
    ...file,
    notes: index === 0 ? [...told, ...file.notes] : file.notes,
  }));
  return new Map(
    files.map((file) => [file.name, fileText(file, snapshot.broker.name, provider.name, namesBroker)]),
  );
}

function fileText(file: ImportedFile, broker: string, type: string, namesBroker: boolean): string {
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

/** Resources as their kinds complete them, and nothing that is the broker's own. */
export function completed(snapshot: Snapshot, provider: Provider): Snapshot {
  const { live } = completeSides({ broker: snapshot.broker }, [], snapshot.resources, provider.kinds);
  const resources = [...live.values()].filter(
    (resource) => provider.kinds[kindOf(resource.address)]?.reserved?.(resource) === undefined,
  );
  return { broker: snapshot.broker, resources };
}

/** The same data, with integers beyond 2^53 as the YAML library writes them: with all their digits. */
function writable(value: Json): unknown {
  if (isExactInt(value)) return BigInt(value.$int);
  if (Array.isArray(value)) return value.map(writable);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value as JsonObject).map(([key, item]) => [key, writable(item)]));
}

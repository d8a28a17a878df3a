import { completeSides } from '../diff/index.ts';
import {
  type ExpandedPattern,
  type Expansion,
  type Exported,
  type JsonObject,
  literal,
  type Resource,
  textsOf,
} from '../model/index.ts';
import type { Checked, DeclaredBroker } from './check.ts';
import { fileText } from './import.ts';

/** What is declared for one broker, as the assumed one would hold it. */
function completed({ assumed, desired, provider }: DeclaredBroker): Resource[] {
  return [...completeSides({ broker: assumed }, desired, [], provider.kinds).desired.values()];
}

/** The broker's own file of definitions; undefined where its type has none. */
export async function exportDefinitions(broker: DeclaredBroker): Promise<Exported | undefined> {
  const exporter = await broker.provider.exporter?.();
  return exporter?.definitions?.(completed(broker), broker.assumed);
}

/**
 * One AsyncAPI document of all brokers. https://www.asyncapi.com/docs/reference/specification/v3.0.0
 * @param ownersOf who owns a file, by its path as it stands in places
 */
export async function exportAsyncApi(
  { project, brokers }: Checked,
  ownersOf: (file: string) => readonly string[] = () => [],
): Promise<JsonObject> {
  const servers: [string, JsonObject][] = [];
  const channels: [string, JsonObject][] = [];
  for (const broker of brokers.values()) {
    const exporter = await broker.provider.exporter?.();
    if (!exporter) continue;
    const part = exporter.channels(completed(broker));
    servers.push([broker.name, { ...hostOf(broker.settings), protocol: part.protocol }]);
    for (const { id, channel, of } of part.channels) {
      const owners = of.at === undefined ? [] : ownersOf(of.at.file);
      const described = {
        ...channel,
        ...(owners.length > 0 && { 'x-owners': [...owners] }),
        servers: [{ $ref: `#/servers/${pointer(broker.name)}` }],
      };
      channels.push([brokers.size > 1 ? `${broker.name}.${id}` : id, described]);
    }
  }
  return {
    asyncapi: '3.0.0',
    info: { title: project.name, version: project.environment ?? '1.0.0' },
    servers: Object.fromEntries(servers),
    channels: Object.fromEntries(channels),
  };
}

/** A key in a JSON pointer. */
function pointer(key: string): string {
  return encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'));
}

/** Host and port without credentials. What a variable stands for is not known to whoever reads the document. */
function hostOf(settings: JsonObject): JsonObject {
  const { url, management, bootstrap, servers } = settings;
  const text = [url, management, bootstrap, servers].flatMap(textsOf)[0];
  const host =
    text === undefined || text.includes('${') ? undefined : (URL.parse(text)?.host || text).split('@').at(-1);
  if (host !== undefined && host !== '' && !host.includes('{')) return { host };
  return { host: '{host}', variables: { host: { description: 'Where clients reach the broker.' } } };
}

/** The topology that the patterns of a project stand for: pasted in their place, it changes nothing. */
export function expandPatterns({ project, configured }: Checked): Expansion[] {
  const isAlone = ({ broker, type }: ExpandedPattern) =>
    [...configured.values()].every((other) => other.name === broker || other.provider.name !== type);
  return project.patterns.map((pattern): Expansion => {
    const { section, ...rest } = pattern;
    const written = literal(section);
    const namesBroker = !isAlone(pattern);
    const file = { name: '', section: written, notes: [] };
    return {
      ...rest,
      topology: { [pattern.type]: namesBroker ? { broker: pattern.broker, ...written } : written },
      yaml: fileText(file, pattern.broker, pattern.type, namesBroker),
    };
  });
}

import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  addressMatcher,
  type Diagnostic,
  hasErrors,
  InputError,
  InvalidPlanFile,
  InvalidProject,
  nearestWord,
  type Provider,
  type Snapshot,
  suggestionOr,
} from '../model/index.ts';
import type { TracedName } from '../workflow/foreign.ts';
import type { Checked, DeclaredBroker } from '../workflow/index.ts';
import type { CommandContext } from './context.ts';
import { UsageError } from './exit.ts';
import { type Folder, namedFileError } from './files.ts';
import { badFile, checkProject, connecting, unlessInterrupted } from './project.ts';

export interface ImportChoice {
  /** Paths, with the name of a format before them where they do not show it. */
  readonly from?: readonly string[];
  readonly broker?: string;
  /** The cluster that the files of other tools are read for, where they are for several. */
  readonly cluster?: string;
  /** Address globs. */
  readonly target: readonly string[];
  readonly exclude: readonly string[];
  readonly wait: number;
}

export interface ImportSource {
  readonly snapshot: Snapshot;
  readonly provider: Provider;
  /** Whether a topology file can leave out which broker it is for. */
  readonly isOnlyOfItsType: boolean;
}

/** What is to be written: a part for each broker that the source says something about. */
export interface Imported {
  readonly sources: readonly ImportSource[];
  /** Of other tools' files: what could not be carried over. Undefined where it was a broker, or stood in for one. */
  readonly leftovers?: readonly Diagnostic[];
  /** Of a broker's own export: what that broker would not take either. */
  readonly unread?: readonly Diagnostic[];
  /** What the other tool calls the resources, where it keeps account of them. */
  readonly names?: readonly TracedName[];
}

/** Formats of brokers and of brokerform itself, beside those of other tools. */
const EXPORTS = ['definitions', 'snapshot'];

/** Reads what is to be imported: files, or all of a live broker. */
export async function importFrom(context: CommandContext, choice: ImportChoice): Promise<Imported> {
  const imported = await importWhole(context, choice);
  const { target: targets, exclude: excludes } = choice;
  if (targets.length + excludes.length === 0) return imported;
  const { partOf } = await import('../workflow/index.ts');
  checkTargets(imported, targets);
  const sources = imported.sources.map((source) => ({
    ...source,
    snapshot: partOf(source.snapshot, source.provider, { targets, excludes }),
  }));
  const { names = [] } = imported;
  const kept = new Set(sources.flatMap(({ snapshot }) => snapshot.resources.map(({ address }) => address)));
  return {
    ...imported,
    sources: sources.filter(({ snapshot }) => snapshot.resources.length > 0),
    names: names.filter(({ addresses }) => addresses.some((address) => kept.has(address))),
  };
}

/** A slip in a target would leave out what was meant. */
function checkTargets({ sources }: Imported, targets: readonly string[]): void {
  const addresses = sources.flatMap(({ snapshot }) => snapshot.resources.map(({ address }) => address));
  const missed = targets.find((glob) => !addresses.some(addressMatcher(glob)));
  if (missed === undefined) return;
  throw new UsageError(
    `--target ${missed} matches nothing there`,
    'addresses are broker/kind/name with each name percent-encoded: main/queue/%2F/orders*',
  );
}

async function importWhole(context: CommandContext, choice: ImportChoice): Promise<Imported> {
  const checked = await checkProject(context);
  const { from, broker, cluster } = choice;
  if (from === undefined) {
    refuseCluster(cluster);
    return { sources: await importLive(context, checked, choice) };
  }
  const { format, paths } = await namedFormat(context.folder, from);
  const [first = ''] = paths;
  const isExport =
    format === undefined ? await looksLikeExport(context.folder, paths) : EXPORTS.includes(format);
  if (!isExport) return importForeign(context.folder, checked, paths, { format, name: broker, cluster });
  refuseCluster(cluster);
  if (paths.length > 1) throw new UsageError(`${format ?? first} is one file, and ${paths.length} are named`);
  const source = await importFile(context.folder, checked, first, broker);
  const { unreadInExport } = await import('../workflow/index.ts');
  const unread = await unreadInExport(first, source.provider, context.folder.path);
  return { sources: [source], ...(unread.length > 0 && { unread }) };
}

/** @throws UsageError when one is chosen where only the files of other tools can be for several */
function refuseCluster(cluster: string | undefined): void {
  if (cluster === undefined) return;
  throw new UsageError('--cluster needs files of another tool', 'a broker is chosen with --broker');
}

/** `asyncapi api.yaml` names a format; a lone path, or one that is there, does not. */
async function namedFormat(
  folder: Folder,
  from: readonly string[],
): Promise<{ format?: string; paths: readonly string[] }> {
  const { providers } = await import('../workflow/index.ts');
  const { foreignFormatNames } = await import('../workflow/foreign.ts');
  const names = [...(await foreignFormatNames(providers)), ...EXPORTS];
  const [first = '', ...rest] = from;
  if (!names.includes(first)) {
    const near = rest.length > 0 && !(await folder.has(first)) ? nearestWord(first, names) : undefined;
    if (near !== undefined) throw new UsageError(`there is no format ${first}`, `did you mean ${near}?`);
    return { paths: from };
  }
  if (rest.length > 0) return { format: first, paths: rest };
  if (await folder.has(first)) return { paths: from };
  throw new UsageError(`--from ${first} needs a file after it`, `brokerform import --from ${first} FILE`);
}

async function looksLikeExport(folder: Folder, paths: readonly string[]): Promise<boolean> {
  const [path] = paths;
  if (path === undefined || paths.length > 1) return false;
  const { isExport, providers } = await import('../workflow/index.ts');
  const found = await stat(folder.at(path)).catch((error: unknown) => {
    throw namedFileError(error, path);
  });
  return (
    found.isFile() &&
    (await isExport(path, providers, folder.path).catch((error: unknown) => {
      throw namedFileError(error, path);
    }))
  );
}

/** Reads all of a live broker as a configuration says that is not written yet. */
export async function importWith(
  context: CommandContext,
  config: string,
  wait: number,
): Promise<ImportSource[]> {
  const folder = await mkdtemp(join(tmpdir(), 'brokerform-'));
  try {
    const file = join(folder, 'brokerform.yaml');
    await writeFile(file, config);
    const checked = await checkProject(context, { configFile: file });
    return await importLive(context, checked, { wait });
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function importLive(
  context: CommandContext,
  checked: Checked,
  choice: Pick<ImportChoice, 'broker' | 'wait'>,
): Promise<ImportSource[]> {
  const { ofAllBrokers, readEverything } = await import('../workflow/index.ts');
  const { configured } = checked;
  const all = choice.broker === undefined && configured.size > 1;
  const brokers = all ? [...configured.values()] : [chooseBroker(checked, choice.broker)];
  context.busy(`reading ${brokers.map(({ name }) => name).join(', ')}`);
  const reading = brokers.map(async (broker) => {
    const snapshot = await readEverything(broker, connecting(context, choice.wait));
    return sourceOf(checked, snapshot, broker.provider);
  });
  const sources = await unlessInterrupted(context, ofAllBrokers(reading));
  context.progress.clear();
  return sources;
}

/** Files of other tools may be for several brokers: each gets its part. */
async function importForeign(
  folder: Folder,
  checked: Checked,
  paths: readonly string[],
  { format, name, cluster }: Readonly<Record<'format' | 'name' | 'cluster', string | undefined>>,
): Promise<Imported> {
  const { providers } = await import('../workflow/index.ts');
  const { readForeign } = await import('../workflow/foreign.ts');
  const chosen = name === undefined ? undefined : chooseBroker(checked, name);
  const { parts, leftovers, names } = await readForeign(paths, {
    directory: folder.path,
    providers: chosen ? [chosen.provider] : providers,
    ...(format !== undefined && { format }),
    ...(cluster !== undefined && { cluster }),
    brokerName: (provider) => chosen?.name ?? nameOfType(checked, provider),
  });
  const sources = parts.map(({ snapshot, provider }) => sourceOf(checked, snapshot, provider));
  return { sources, leftovers, names };
}

/** The only broker of a type; its type where none is configured, as in a topology without a configuration. */
function nameOfType(checked: Checked, provider: Provider): string {
  const names = [...checked.configured.values()].flatMap((broker) =>
    broker.provider === provider ? [broker.name] : [],
  );
  if (names.length <= 1) return names[0] ?? provider.name;
  throw new UsageError(
    `there are ${names.length} brokers of type ${provider.name} in the configuration`,
    `choose one: --broker ${names.join(', --broker ')}`,
  );
}

/** A file names its own format: where no broker is configured, whichever provider knows it reads it. */
async function importFile(
  folder: Folder,
  checked: Checked,
  file: string,
  name: string | undefined,
): Promise<ImportSource> {
  const { providers, readExport } = await import('../workflow/index.ts');
  if (name !== undefined || checked.configured.size > 0) {
    const broker = chooseBroker(checked, name);
    return sourceOf(
      checked,
      await readExport(file, broker, folder.path).catch(badFile(file)),
      broker.provider,
    );
  }
  for (const provider of providers) {
    const snapshot = await readExport(file, { name: provider.name, provider }, folder.path).catch(
      (error: unknown) => {
        if (!(error instanceof InvalidPlanFile)) throw namedFileError(error, file);
      },
    );
    if (snapshot) return sourceOf(checked, snapshot, provider);
  }
  throw new InputError(
    `${file} is no export that brokerform knows`,
    'RabbitMQ: rabbitmqctl export_definitions FILE',
  );
}

function sourceOf(checked: Checked, snapshot: Snapshot, provider: Provider): ImportSource {
  const sameType = [...checked.configured.values()].filter((broker) => broker.provider === provider);
  return { snapshot, provider, isOnlyOfItsType: sameType.length <= 1 };
}

function chooseBroker(checked: Checked, name: string | undefined): DeclaredBroker {
  const { configured, diagnostics } = checked;
  const names = [...configured.keys()];
  const chosen = name ?? (names.length === 1 ? names[0] : undefined);
  const broker = chosen === undefined ? undefined : configured.get(chosen);
  if (broker) return broker;
  // A configuration that could not be read explains better than its consequence why the broker is missing.
  if (names.length === 0 && hasErrors(diagnostics)) throw new InvalidProject(diagnostics);
  if (name === undefined) {
    throw new UsageError(
      `there ${names.length === 0 ? 'is no broker' : `are ${names.length} brokers`} in the configuration`,
      names.length === 0 ? 'brokerform init writes one' : `choose one: --broker ${names.join(', --broker ')}`,
    );
  }
  throw new UsageError(
    `the configuration has no broker ${name}`,
    suggestionOr(`it has: ${names.join(', ')}`, name, names),
  );
}

import {
  Account,
  Clusters,
  DraftSection,
  type ForeignDocument,
  type ForeignFormat,
  type ForeignName,
  type ImportingProvider,
  Mapping,
  notCarriedOver,
  unfolded,
} from '../import/index.ts';
import { checkDraft, loadForeign } from '../load/index.ts';
import {
  type Address,
  append,
  compareDiagnostics,
  type Diagnostic,
  formatSource,
  groupBy,
  hasErrors,
  InvalidProject,
  kindOf,
  type Provider,
  type Snapshot,
  type Source,
} from '../model/index.ts';
import { manageable } from './import.ts';

/** What other tools' files say, as resources. */
export interface ForeignImport {
  /** One for each provider that they say something for. */
  readonly parts: readonly { readonly snapshot: Snapshot; readonly provider: Provider }[];
  /** Everything in the files that could not be carried over; sorted by file and line. */
  readonly leftovers: readonly Diagnostic[];
  /** What the other tool calls the resources, where it says so. */
  readonly names: readonly TracedName[];
}

export interface TracedName extends ForeignName {
  /** Of what was made of it; none where it is written as a part of another resource. */
  readonly addresses: readonly Address[];
}

export interface ForeignOptions {
  /** The working directory: files are named relative to it. */
  readonly directory: string;
  readonly providers: readonly Provider[];
  /** The only format to look for. */
  readonly format?: string;
  /** The only cluster to take: `NAME` or `NAMESPACE/NAME`. */
  readonly cluster?: string;
  /** The name of the broker that a provider's resources are for. Asked only where there are any. */
  readonly brokerName: (provider: Provider) => string;
}

interface Reader {
  readonly provider: Provider;
  readonly formats: readonly ForeignFormat[];
}

/** The formats that files can be said to be in. */
export async function foreignFormatNames(providers: readonly Provider[]): Promise<string[]> {
  const readers = await readersOf(providers, undefined);
  return [...new Set(readers.flatMap(({ formats }) => formats.map(({ name }) => name)))].sort();
}

/**
 * Reads files of other tools: each document in the format that it is in.
 * @param paths files, or folders with all YAML and JSON files below them
 * @throws InvalidProject with every mistake in them
 */
export async function readForeign(paths: readonly string[], options: ForeignOptions): Promise<ForeignImport> {
  const readers = await readersOf(options.providers, options.format);
  const { documents, diagnostics } = loadForeign(paths, options.directory);
  const account = new Account();
  const errors: Diagnostic[] = [...diagnostics];
  const read = sortOut(documents, account, readers, errors);
  const drafts = readers.map(({ provider, formats }) => ({
    provider,
    draft: translated(formats, read.known, account, options.cluster),
  }));
  checkCluster(
    drafts.flatMap(({ draft }) => draft?.clusters ?? []),
    options.cluster,
    errors,
  );
  append(errors, account.errors);
  const names: TracedName[] = [];
  const parts = drafts.flatMap(({ provider, draft }) => {
    if (!draft || Object.keys(draft.value).length === 0) return [];
    const made = declared(draft, provider, options, errors);
    append(names, traced(draft.names, made));
    return made;
  });
  if (hasErrors(errors)) throw new InvalidProject(errors.sort(compareDiagnostics), paths.join(', '));
  const leftovers = read.sources.flatMap((document) => account.leftovers(document));
  const all = [...leftovers, ...account.remarks, ...read.unknown].sort(compareDiagnostics);
  return { parts, leftovers: all, names };
}

function checkCluster(all: readonly Clusters[], chosen: string | undefined, errors: Diagnostic[]): void {
  if (chosen === undefined || all.some(({ isMet }) => isMet)) {
    for (const clusters of all) clusters.tellOthers();
    return;
  }
  const others = all.flatMap((clusters) => clusters.others).slice(0, 10);
  errors.push({
    code: 'import/several-clusters',
    severity: 'error',
    message: `nothing in the files is for cluster ${JSON.stringify(chosen)}`,
    hint: others.length === 0 ? 'the files name no cluster' : `the files are for ${others.join(', ')}`,
  });
}

/** The resources that names were given to, found by the place that they were declared at. */
function traced(names: readonly ForeignName[], parts: ForeignImport['parts']): TracedName[] {
  const keyOf = (kind: string, at: Source | undefined) => `${kind} ${at ? formatSource(at) : ''}`;
  const resources = groupBy(
    parts.flatMap(({ snapshot }) => snapshot.resources),
    ({ address, at }) => keyOf(kindOf(address), at),
  );
  return names.map((name) => {
    const own = resources.get(keyOf(name.kind, name.at)) ?? [];
    return { ...name, addresses: own.map(({ address }) => address) };
  });
}

async function readersOf(
  providers: readonly ImportingProvider[],
  only: string | undefined,
): Promise<Reader[]> {
  return Promise.all(
    providers.map(async (provider) => {
      const formats = (await provider.foreignFormats?.()) ?? [];
      return { provider, formats: formats.filter(({ name }) => only === undefined || name === only) };
    }),
  );
}

/** The documents that some reader knows; the others are reported, and are an error if there are no known ones. */
function sortOut(
  documents: readonly ForeignDocument[],
  account: Account,
  readers: readonly Reader[],
  errors: Diagnostic[],
) {
  const formats = readers.flatMap((reader) => reader.formats);
  const known: Mapping[] = [];
  const sources: ForeignDocument[] = [];
  const strangers: Mapping[] = [];
  for (const document of documents) {
    const objects = unfolded(Mapping.root(document, account));
    const isKnown = ({ value }: Mapping) => formats.some((format) => format.recognises(value));
    if (objects.some(isKnown)) sources.push(document);
    for (const object of objects) (isKnown(object) ? known : strangers).push(object);
  }
  for (const stranger of strangers) stranger.skip(...stranger.keys());
  if (known.length > 0) return { known, sources, unknown: strangers.map(strangerNote) };
  const hints = new Set(formats.map(({ name, sign }) => `${name}: ${sign}`));
  const files = new Map(strangers.map((stranger) => [stranger.at().file, stranger]));
  for (const [file, stranger] of files) {
    errors.push({
      code: 'import/unknown-format',
      severity: 'error',
      message: `${file} is in no format that can be imported`,
      at: stranger.at(),
      hint: [...hints].join('; '),
    });
  }
  if (files.size === 0 && errors.length === 0) {
    const at = documents[0]?.at;
    const message = 'there is nothing to import in it';
    errors.push({ code: 'import/empty', severity: 'error', message, ...(at && { at }) });
  }
  return { known, sources, unknown: [] };
}

function strangerNote(document: Mapping): Diagnostic {
  const { kind } = document.value;
  const what = document.path === '' ? 'the document' : document.path;
  const why =
    typeof kind === 'string' ? `a ${kind} is no topology` : 'it is in no format that can be imported';
  return notCarriedOver(what, why, document.at());
}

function translated(
  formats: readonly ForeignFormat[],
  documents: readonly Mapping[],
  account: Account,
  cluster: string | undefined,
): DraftSection | undefined {
  const [first] = documents;
  const draft = first && new DraftSection(account, first.at(), new Clusters(account, cluster));
  for (const format of formats) {
    const own = documents.filter(({ value }) => format.recognises(value));
    if (draft && own.length > 0) format.translate(own, draft);
  }
  return draft;
}

/** The draft through the checks that a section of a topology goes through. */
function declared(
  draft: DraftSection,
  provider: Provider,
  options: ForeignOptions,
  errors: Diagnostic[],
): ForeignImport['parts'] {
  const wrong = checkDraft(draft, provider);
  // What could not be read is missing then, which is no second mistake.
  const told = new Set(errors.flatMap(({ at }) => (at ? [formatSource(at)] : [])));
  append(
    errors,
    wrong.filter(({ at }) => at === undefined || !told.has(formatSource(at))),
  );
  if (wrong.length > 0) return [];
  const broker = provider.assume(options.brokerName(provider));
  const { resources, diagnostics } = provider.declare([draft.sectionOf(broker.name)]);
  append(errors, diagnostics);
  return [{ provider, snapshot: manageable({ broker, resources }, provider) }];
}

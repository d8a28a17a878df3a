import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { formatSource, groupBy, type Source } from '../model/index.ts';
import { escapeText } from '../report/index.ts';
import type { TracedName } from '../workflow/foreign.ts';
import type { CommandContext } from './context.ts';
import type { Folder } from './files.ts';
import type { Imported, ImportSource } from './import-source.ts';
import { checkProject } from './project.ts';
import { schemaFolder, schemaPath } from './schema-files.ts';
import { withModeline } from './starter.ts';

const REASON = 'so on the broker when it was imported';

export interface Annotations {
  /** The text of a configuration that is not written yet. */
  readonly config?: string;
  /** What the tool that the files were read from calls each resource. */
  readonly names?: readonly TracedName[];
}

export interface Annotated {
  readonly files: Files;
  /** How many findings are no errors, and have no suppression. */
  readonly remaining: number;
}

/**
 * Topology files with a suppression above each line that a lint rule finds an error in: what is live is legal, however
 * unwise, and an import can be planned at once. The comments stay as the list of what to look at. Above each resource
 * that came from another tool stands what that calls it.
 */
export async function withAcceptedFindings(
  context: CommandContext,
  files: Files,
  { config, names: traced = [] }: Annotations = {},
): Promise<Annotated> {
  const { isFinding } = await import('../workflow/index.ts');
  const folder = await mkdtemp(join(tmpdir(), 'brokerform-'));
  try {
    const names = new Map([...files.keys()].map((path) => [join(folder, basename(path)), path]));
    for (const [copy, path] of names) await writeFile(copy, files.get(path) ?? '');
    const configFile = join(folder, 'config', 'brokerform.yaml');
    if (config !== undefined) {
      await mkdir(dirname(configFile));
      await writeFile(configFile, config);
    }
    const { diagnostics, brokers } = await checkProject(context, {
      paths: [...names.keys()],
      ...(config !== undefined && { configFile }),
    });
    const comments = new Comments(names, (file) => context.folder.at(file));
    for (const { severity, code, at } of diagnostics) {
      if (at && severity === 'error' && isFinding({ code })) comments.addFinding(at, code);
    }
    const titles = groupBy(
      traced.flatMap(({ name, addresses }) => addresses.map((address) => ({ name, address }))),
      ({ address }) => address,
    );
    for (const { address, at } of [...brokers.values()].flatMap(({ desired }) => desired)) {
      for (const { name } of titles.get(address) ?? []) if (at) comments.addName(at, name);
    }
    return {
      files: new Map(Array.from(files, ([path, text]) => [path, comments.writtenTo(path, text)])),
      remaining: diagnostics.filter((one) => one.severity !== 'error' && isFinding(one)).length,
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

interface Comment {
  readonly codes: Set<string>;
  readonly names: string[];
}

/** One line can have several resources: the operations of an ACL. */
const MOST_NAMES = 5;

/** What is to stand above lines of the files. */
class Comments {
  readonly #lines = new Map<string, Map<number, Comment>>();
  readonly #paths: ReadonlyMap<string, string>;
  readonly #absolute: (file: string) => string;

  /** @param paths of the files by those of their copies */
  constructor(paths: ReadonlyMap<string, string>, absolute: (file: string) => string) {
    this.#paths = paths;
    this.#absolute = absolute;
  }

  addFinding(at: Source, code: string): void {
    this.#at(at)?.codes.add(code);
  }

  addName(at: Source, name: string): void {
    this.#at(at)?.names.push(name);
  }

  writtenTo(path: string, text: string): string {
    const found = this.#lines.get(path);
    if (!found) return text;
    return text
      .split('\n')
      .flatMap((line, index) => {
        const comment = found.get(index + 1);
        const [indent = ''] = /^ */.exec(line) ?? [];
        return comment ? [...linesOf(comment).map((one) => `${indent}# ${one}`), line] : [line];
      })
      .join('\n');
  }

  #at({ file, line }: Source): Comment | undefined {
    const path = this.#paths.get(this.#absolute(file));
    if (path === undefined) return undefined;
    const lines = this.#lines.get(path) ?? new Map<number, Comment>();
    const comment = lines.get(line) ?? { codes: new Set(), names: [] };
    this.#lines.set(path, lines.set(line, comment));
    return comment;
  }
}

function linesOf({ codes, names }: Comment): string[] {
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
  const shown = escapeText(names.slice(0, MOST_NAMES).join(', '));
  return [
    ...(names.length > 0 ? [`terraform: ${shown}${more}`] : []),
    ...(codes.size > 0 ? [`brokerform-ignore ${[...codes].sort().join(', ')}: ${REASON}`] : []),
  ];
}

/** File name → text. */
export type Files = Map<string, string>;

export async function snapshotFiles(sources: readonly ImportSource[], folder = ''): Promise<Files> {
  const { writeSnapshot } = await import('../workflow/index.ts');
  const text = writeSnapshot(sources.map(({ snapshot }) => snapshot));
  return new Map([[join(folder, 'snapshot.json'), text]]);
}

/** Topology files in a folder below that of the run. What was not imported is listed at the top of the first of them. */
export async function topologyFiles(
  root: Folder,
  { sources, leftovers, unread = [] }: Imported,
  folder = '',
): Promise<Files> {
  const { toYaml } = await import('../workflow/index.ts');
  const schema = relative(
    root.at(folder),
    root.at(schemaPath(await schemaFolder(root), 'topology')),
  ).replaceAll('\\', '/');
  const files: Files = new Map();
  let told = (leftovers ?? unread).map(
    ({ message, at }) => `not imported: ${at ? `${formatSource(at)} ` : ''}${message}`,
  );
  for (const { snapshot, provider, isOnlyOfItsType } of sources) {
    // Files of several brokers may have one name.
    const prefix = sources.length > 1 ? `${isOnlyOfItsType ? provider.name : snapshot.broker.name}-` : '';
    for (const [name, text] of toYaml(snapshot, provider, !isOnlyOfItsType, told)) {
      files.set(join(folder, fileName(prefix + name)), withModeline(schema, text));
      told = [];
    }
  }
  return files;
}

/** Names may come from the broker, where a vhost can be called `../../etc`. */
function fileName(name: string): string {
  const stem = name.replace(/\.ya?ml$/, '');
  return `${encodeURIComponent(stem).replace(/^\./, '%2E')}.yaml`;
}

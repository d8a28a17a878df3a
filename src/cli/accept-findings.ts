import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { groupBy, type Source } from '../model/index.ts';
import { escapeText } from '../report/index.ts';
import type { TracedName } from '../workflow/foreign.ts';
import type { CommandContext } from './context.ts';
import type { Files } from './import-files.ts';
import { checkProject } from './project.ts';

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

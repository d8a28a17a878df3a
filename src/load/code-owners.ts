import { existsSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { type GlobPart, ONE, WITHIN, wildcardMatcher } from '../model/text-matching.ts';
import { readText } from './read-file.ts';

/** Where GitHub, GitLab and Bitbucket look for the file, from the root of a repository. The first one counts. */
const PLACES = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS', '.gitlab/CODEOWNERS'];

interface Rule {
  readonly owners: readonly string[];
  readonly matches: (path: readonly string[]) => boolean;
}

/** Who owns the files of a repository, by its CODEOWNERS file. */
export class CodeOwners {
  /** Why the file was not read. Raw text. */
  readonly problem: string | undefined;
  readonly #root: string;
  readonly #rules: readonly Rule[];

  private constructor(root: string, rules: readonly Rule[], problem?: string) {
    this.#root = root;
    this.#rules = rules;
    this.problem = problem;
  }

  /** The owners in the repository that a folder belongs to; nobody where it has no such file. */
  static of(folder: string): CodeOwners {
    const root = repositoryOf(folder);
    const place = root === undefined ? undefined : PLACES.find((one) => existsSync(join(root, one)));
    if (root === undefined || place === undefined) return new CodeOwners(folder, []);
    const read = readText(join(root, place), place);
    return 'text' in read
      ? CodeOwners.parse(read.text, root)
      : new CodeOwners(root, [], read.diagnostic.message);
  }

  /** @param root absolute path of the repository */
  static parse(text: string, root: string): CodeOwners {
    return new CodeOwners(root, text.split(/\r?\n/).flatMap(ruleOf));
  }

  /** Of the last rule that matches, as all who read such files take it. @param file absolute path */
  ownersOf(file: string): readonly string[] {
    const path = relative(this.#root, file).split(sep);
    return this.#rules.findLast(({ matches }) => matches(path))?.owners ?? [];
  }
}

function repositoryOf(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at;
    if (dirname(at) === at) return undefined;
  }
}

/** A pattern, and who owns what it matches; a line may name nobody. Sections of GitLab have no pattern. */
function ruleOf(line: string): Rule[] {
  const [pattern, ...words] = line.trim().match(/(?:\\.|[^\s\\])+/g) ?? [];
  if (pattern === undefined || /^(#|\^?\[)/.test(pattern)) return [];
  const comment = words.findIndex((word) => word.startsWith('#'));
  return [{ owners: comment < 0 ? words : words.slice(0, comment), matches: matcherOf(pattern) }];
}

/**
 * A pattern of .gitignore, as CODEOWNERS uses it: with a slash before its end it starts at the root, otherwise in any
 * folder; what it matches may be a folder, with all that is in it. Only `docs/*` takes no folder.
 * https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
 */
function matcherOf(pattern: string): (path: readonly string[]) => boolean {
  const isFolder = pattern.endsWith('/');
  const names = pattern.replace(/^\//, '').replace(/\/$/, '').split('/');
  const isRooted = pattern.slice(0, -1).includes('/');
  const segments = (isRooted ? names : ['**', ...names]).map((name) =>
    name === '**' ? undefined : wildcardMatcher(partsOf(name)),
  );
  const takesContents = !isRooted || names.at(-1) !== '*';
  return (path) => {
    // How many names of the path the segments so far may have matched.
    let ends = new Set([0]);
    for (const segment of segments) {
      const next = new Set<number>();
      for (const end of ends) {
        if (segment === undefined) for (let at = end; at <= path.length; at++) next.add(at);
        else if (segment(path[end] ?? '') && end < path.length) next.add(end + 1);
      }
      ends = next;
    }
    const isContents = takesContents && [...ends].some((end) => end < path.length);
    return isContents || (!isFolder && ends.has(path.length));
  };
}

function partsOf(name: string): GlobPart[] {
  return (name.match(/\\.|./gs) ?? []).flatMap((piece): GlobPart[] => {
    if (piece === '*') return [WITHIN];
    if (piece === '?') return [ONE];
    return [...(piece.length > 1 ? piece.slice(1) : piece)];
  });
}

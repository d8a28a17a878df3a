import { resolve } from 'node:path';
import type { DraftSection, ForeignDocument } from '../import/index.ts';
import { append, type Diagnostic, isMapping } from '../model/index.ts';
import { checkValues } from './diagnose.ts';
import { displayPath, findFiles, isFolder } from './files.ts';
import { loadError } from './problems.ts';
import { readText } from './read-file.ts';
import type { SchemaSource } from './schemas.ts';
import { type Origin, SourceMap, type Template } from './source-map.ts';
import { Substitution } from './substitution.ts';
import { Validators } from './validators.ts';
import { readDocuments } from './yaml.ts';

export interface ForeignFiles {
  readonly documents: readonly ForeignDocument[];
  /** What kept a file or document from being read. */
  readonly diagnostics: readonly Diagnostic[];
}

const PATTERNS = ['**/*.yaml', '**/*.yml', '**/*.json', '**/*.tfstate'];

/** The documents of other tools' files, YAML or JSON, in the order of the paths. Nothing in them makes this throw. */
export function loadForeign(paths: readonly string[], directory: string): ForeignFiles {
  const documents: ForeignDocument[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const path of filesOf(paths, directory, diagnostics)) {
    const file = displayPath(path, directory);
    const text = readText(path, file);
    if ('diagnostic' in text) diagnostics.push(text.diagnostic);
    else append(documents, documentsOf(text.text, file, diagnostics));
  }
  return { documents, diagnostics };
}

function filesOf(paths: readonly string[], directory: string, diagnostics: Diagnostic[]): Set<string> {
  const files = new Set<string>();
  for (const path of paths) {
    const absolute = resolve(directory, path);
    const found = isFolder(absolute)
      ? PATTERNS.flatMap((pattern) => findFiles(absolute, pattern)).sort()
      : [absolute];
    for (const file of found) files.add(file);
    if (found.length > 0) continue;
    const message = `the folder ${path} holds no YAML, JSON or tfstate file`;
    diagnostics.push(loadError('no-files', message, undefined, 'name a file or another folder'));
  }
  return files;
}

function documentsOf(text: string, file: string, diagnostics: Diagnostic[]): ForeignDocument[] {
  const places = new SourceMap(file, text);
  const values = readDocuments(text, places, diagnostics).map(({ value }) => value);
  return values.flatMap((value): ForeignDocument[] => {
    if (value === null) return [];
    const at = places.at(value as object) ?? places.source(0);
    if (isMapping(value)) return [{ value, places, at }];
    const message = `a document of another tool is a mapping, and this is ${Array.isArray(value) ? 'a list' : 'not'}`;
    diagnostics.push({
      code: 'import/wrong-value',
      severity: 'error',
      message,
      at,
      hint: 'check that this is the right file',
    });
    return [];
  });
}

/** What a section that was made of another tool's files breaks in the provider's schema, told at their places. */
export function checkDraft(draft: DraftSection, provider: SchemaSource): Diagnostic[] {
  const validators = new Validators([provider]);
  const origin: Origin = {
    at: (container, key) => draft.at(container, key),
    atValue: (container, key) => draft.atValue(container, key),
    template: (container, key): Template | undefined => {
      const raw = draft.template(container, key);
      return raw === undefined ? undefined : { raw, plain: false, container, key };
    },
  };
  const checked = { root: draft.value, origin, name: provider.name };
  const check = () => validators.check(provider.name, draft.value);
  return checkValues(checked, check, new Substitution({})).diagnostics;
}

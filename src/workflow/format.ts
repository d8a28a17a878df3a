import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { providers as allProviders } from '../brokers/index.ts';
import { configSchema, formatYaml, topologySchema } from '../load/index.ts';
import {
  addTo,
  canonicalJson,
  comparableQuantity,
  fieldTextOf,
  isMapping,
  type Json,
  type Kind,
  kindOf,
  type Resource,
  type Source,
  valuesIn,
} from '../model/index.ts';
import type { Checked, ProjectOptions } from './check.ts';
import { check } from './known-brokers.ts';

export interface FormattedFile {
  /** As messages name it. */
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/**
 * The files of a project in one style: see `formatYaml`. Durations and sizes are written with the largest unit that
 * fits: `7d` for 604800000.
 * @param checked the project, without mistakes
 * @throws Error if the files would declare something else; nothing is written here
 */
export function formatProject(checked: Checked, options: ProjectOptions): FormattedFile[] {
  const { project } = checked;
  const config = project.configFile;
  const texts = valueTexts(checked);
  const files = [...project.files, ...(config === undefined ? [] : [config])].map((name): FormattedFile => {
    const before = readFileSync(resolve(options.directory, name), 'utf8');
    const schema = (name === config ? configSchema : topologySchema)(options.providers ?? allProviders);
    const offsets = offsetsIn(before, texts.get(name) ?? []);
    return { name, before, after: formatYaml(before, { schema, texts: offsets }) };
  });
  const changed = files.filter(({ before, after }) => before !== after);
  if (changed.length > 0 && meaningOf(checked) !== meaningOf(checkCopy(files, config, options)))
    throw new Error('formatting would change what the files declare');
  return changed;
}

interface ValueText {
  readonly at: Source;
  readonly text: string;
}

/** How declared durations and sizes are written, by file. */
function valueTexts({ configured }: Checked): Map<string, ValueText[]> {
  const texts = new Map<string, ValueText[]>();
  for (const { desired, provider } of configured.values()) {
    for (const resource of desired) {
      const kind = provider.kinds[kindOf(resource.address)];
      for (const one of kind ? textsOf(resource, kind) : []) {
        addTo(texts, one.at.file, one);
      }
    }
  }
  return texts;
}

function textsOf({ spec, places = {} }: Resource, kind: Kind): ValueText[] {
  return [...valuesIn(spec)].flatMap(({ path, value }): ValueText[] => {
    const at = places[path.join('.')];
    if (!at || at.pattern !== undefined || isMapping(value)) return [];
    const text = fieldTextOf(kind, path, value);
    const unit = comparableQuantity(text)?.unit;
    return unit === 'duration' || unit === 'size' ? [{ at, text }] : [];
  });
}

/** Values by the offsets of their keys. */
function offsetsIn(text: string, values: readonly ValueText[]): Map<number, string> {
  const starts = [0];
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) starts.push(i + 1);
  return new Map(values.map(({ at, text: value }) => [(starts[at.line - 1] ?? 0) + at.col - 1, value]));
}

/** Checks the formatted files in a folder of their own. */
function checkCopy(
  files: readonly FormattedFile[],
  config: string | undefined,
  options: ProjectOptions,
): Checked {
  const folder = mkdtempSync(join(tmpdir(), 'brokerform-'));
  try {
    const root = commonFolder(files.map(({ name }) => resolve(options.directory, name)));
    const copyOf = (name: string) => join(folder, relative(root, resolve(options.directory, name)));
    for (const { name, after } of files) {
      mkdirSync(dirname(copyOf(name)), { recursive: true });
      writeFileSync(copyOf(name), after);
    }
    return check({
      ...options,
      directory: folder,
      paths: files.flatMap(({ name }) => (name === config ? [] : [copyOf(name)])),
      baseline: false,
      ...(config !== undefined && { configFile: copyOf(config) }),
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function commonFolder(paths: readonly string[]): string {
  let folder = dirname(paths[0] ?? '/');
  while (!paths.every((path) => path.startsWith(folder === '/' ? '/' : `${folder}/`)))
    folder = dirname(folder);
  return folder;
}

/** What is declared, without places. */
function meaningOf({ configured, project }: Checked): string {
  const resources = [...configured.values()].flatMap(({ desired }) =>
    desired.map(({ at: _, places, ...resource }) => ({
      ...resource,
      declared: Object.keys(places ?? {}).sort(),
    })),
  );
  const sorted = resources.sort((a, b) => (a.address < b.address ? -1 : 1));
  const { owns, ignore, protect, limits, tests, retired } = project;
  const others = {
    ...{ protect, limits },
    owns: [...owns],
    ignore: [...ignore],
    tests: tests.length,
    retired: retired.map(({ address }) => address),
  };
  // Places are gone: what is left is data.
  return canonicalJson([sorted, others] as unknown as Json);
}

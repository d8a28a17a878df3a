import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, it, test } from 'vitest';

const SRC = join(import.meta.dirname, '..', 'src');

/**
 * The dependency rule: cli → workflow → {load, lint, diff, plan, apply, brokers} → import → model; report → graph → text.
 * A layer may import what stands in its list, and itself.
 */
const MAY_IMPORT: Record<string, readonly string[]> = {
  model: [],
  load: ['model', 'import'],
  lint: ['model'],
  diff: ['model'],
  plan: ['model'],
  apply: ['model'],
  text: ['model'],
  graph: ['model', 'text'],
  report: ['model', 'text', 'graph'],
  import: ['model'],
  'brokers/index.ts': ['model', 'brokers/*'],
  'brokers/on-demand.ts': ['model', 'brokers/*'],
  'brokers/*': ['model', 'import'],
  workflow: [
    ...['model', 'import', 'load', 'lint', 'diff', 'plan', 'apply'],
    ...['brokers/index.ts', 'brokers/on-demand.ts'],
  ],
  cli: ['model', 'workflow', 'report', 'graph'],
  'index.ts': ['model', 'workflow', 'report', 'graph'],
};

/** Packages that only some layers may name; any other layer must do without them. */
const PACKAGE_HOMES: Record<string, readonly string[]> = {
  yaml: ['load', 'workflow'],
  ajv: ['load', 'workflow'],
  amqplib: ['brokers/rabbitmq'],
  '@nats-io/transport-node': ['brokers/nats'],
  kafkajs: ['brokers/kafka'],
  fzstd: ['brokers/kafka'],
  re2js: ['model'],
  commander: ['cli'],
  diff: ['report'],
};

interface Import {
  readonly from: string;
  readonly to: string;
  readonly isType: boolean;
}

function layerOf(path: string): string {
  const [first = '', second = ''] = path.split('/');
  return first === 'brokers' ? `brokers/${second}` : first;
}

function mayImport(from: string, to: string): boolean {
  if (from === to) return true;
  const rule = MAY_IMPORT[from] ?? (from.startsWith('brokers/') ? MAY_IMPORT['brokers/*'] : undefined);
  if (!rule) return false;
  return rule.includes(to) || (/^brokers\/[^.]*$/.test(to) && rule.includes('brokers/*'));
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(SRC, file), 'utf8');
  const pattern = /(?:^|\n)\s*(import|export)\s+(type\s+)?[^;'"]*?from\s+'([^']+)'|import\('([^']+)'\)/g;
  return [...text.matchAll(pattern)].map((match) => ({
    from: file,
    to: match[3] ?? match[4] ?? '',
    isType: match[2] !== undefined,
  }));
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const imports = files.flatMap(importsOf);

describe('the dependency rule', () => {
  it('sees the imports that it is to judge', () => {
    expect(imports.length).toBeGreaterThan(100);
    expect(imports.some(({ to }) => to === 'amqplib' || to === 'yaml')).toBe(true);
  });

  it('holds between layers', () => {
    const broken = imports
      .filter(({ to }) => to.startsWith('.'))
      .map(({ from, to }) => ({ from, to: relative(SRC, normalize(join(SRC, dirname(from), to))) }))
      .filter(({ from, to }) => !mayImport(layerOf(from), layerOf(to)))
      .map(
        ({ from, to }) =>
          `${from} imports ${to}: ${layerOf(from)} may import only ${MAY_IMPORT[layerOf(from)]}`,
      );
    expect(broken).toEqual([]);
  });

  it('keeps each package in its home', () => {
    const broken = imports
      .filter(({ to }) => !to.startsWith('.') && !to.startsWith('node:'))
      .filter(({ from, to }) => {
        const name = to.startsWith('@') ? to.split('/').slice(0, 2).join('/') : (to.split('/')[0] ?? '');
        const homes = PACKAGE_HOMES[name];
        return !homes?.some((home) => layerOf(from) === home);
      })
      .map(({ from, to }) => `${from} imports ${to}`);
    expect(broken).toEqual([]);
  });

  it('loads client libraries, the comparison of texts, and what explains mistakes only when they are needed', () => {
    const eager = files.flatMap((file) => {
      const text = readFileSync(join(SRC, file), 'utf8');
      return /^import (?!type)[^;]*from '(ajv|amqplib|diff\/[^']*|kafkajs|re2js|@nats-io\/[^']*)'/m.test(text)
        ? [file]
        : [];
    });
    expect(eager).toEqual([]);
  });
});

describe('the folder of a broker', () => {
  const FOLDERS = [
    ...['effects', 'export', 'fields', 'graph', 'import', 'kinds', 'local', 'rules', 'session', 'upgrades'],
  ];
  const brokers = readdirSync(join(SRC, 'brokers'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

  it.each(brokers)('%s has the folders that every broker has, and few files beside them', (broker) => {
    const entries = readdirSync(join(SRC, 'brokers', broker), { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    const others = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
    expect(folders.filter((name) => name !== 'routing' && name !== 'patterns').sort()).toEqual(FOLDERS);
    expect(others).toContain('index.ts');
    expect(others.length, others.join(', ')).toBeLessThanOrEqual(6);
  });

  it.each(brokers)('the tests of %s have the same folders', (broker) => {
    const foldersIn = (root: string) =>
      readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ parentPath, name }) => relative(root, join(parentPath, name)));
    const folders = foldersIn(join(SRC, 'brokers', broker));
    const tested = foldersIn(join(import.meta.dirname, 'brokers', broker));
    expect(tested.filter((folder) => !folders.includes(folder))).toEqual([]);
  });
});

test('modules import each other in one direction only', () => {
  expect(circlesIn(imports).sort()).toEqual([]);
});

/** Modules that import each other, each circle as one line of paths. */
function circlesIn(edges: readonly Import[]): string[] {
  const targets = new Map<string, string[]>();
  for (const { from, to } of edges) {
    if (!to.startsWith('.')) continue;
    const target = normalize(join(dirname(from), to));
    targets.set(from, [...(targets.get(from) ?? []), target]);
  }
  const reaches = (start: string) => {
    const seen = new Set<string>();
    const open = [start];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      for (const next of targets.get(at) ?? []) {
        if (!seen.has(next)) open.push(next);
        seen.add(next);
      }
    }
    return seen;
  };
  const reached = new Map([...targets.keys()].map((file) => [file, reaches(file)]));
  const circles = [...reached].flatMap(([file, all]) => {
    if (!all.has(file)) return [];
    const members = [...all].filter((other) => reached.get(other)?.has(file));
    return [members.sort().join(' ')];
  });
  return [...new Set(circles)];
}

test('no list is spread into a call that takes any number of arguments: a long one overflows the stack', () => {
  const spread = /(?:\.(?:push|unshift|concat|fromCharCode|fromCodePoint)|Math\.(?:max|min))\([^{[\n]*\.\.\./;
  const scripts = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.[jt]s$/.test(file),
  );
  const found = scripts.flatMap((file) => {
    const lines = readFileSync(join(SRC, file), 'utf8').split('\n');
    return lines
      .filter((line) => spread.test(line) && !line.startsWith('//'))
      .map((line) => `${file}: ${line.trim()}`);
  });
  expect(found).toEqual([]);
});

test.each(['src', 'test', 'local', 'bench', 'scripts', 'action'])(
  'no file of %s has more than 300 lines',
  (folder) => {
    const root = join(SRC, '..', folder);
    const lengths = readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.m?[jt]s$/.test(file))
      .map((file) => [file, readFileSync(join(root, file), 'utf8').split('\n').length - 1] as const);
    expect(lengths.length).toBeGreaterThan(0);
    expect(lengths.filter(([, lines]) => lines > 300)).toEqual([]);
  },
);

test('only main.ts touches the process: everything else of a run comes from its host', () => {
  const touching = files.filter((file) =>
    /(?<![\w.`])process\.(?:argv|chdir|cwd|env|exit|exitCode|off|on|stderr|stdin|stdout)\b/.test(
      readFileSync(join(SRC, file), 'utf8').replace(/^ *(?:\*|\/\/|\/\*).*$/gm, ''),
    ),
  );
  expect(touching).toEqual(['cli/main.ts']);
});

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, it, test } from 'vitest';

const SRC = join(import.meta.dirname, '..', 'src');

/**
 * The dependency rule: cli → pipeline → {load, lint, diff, plan, apply, render, brokers} → model.
 * A layer may import what stands in its list, and itself.
 */
const MAY_IMPORT: Record<string, readonly string[]> = {
  model: [],
  load: ['model'],
  lint: ['model'],
  diff: ['model'],
  plan: ['model'],
  apply: ['model'],
  render: ['model'],
  'brokers/index.ts': ['model', 'brokers/*'],
  'brokers/*': ['model'],
  pipeline: ['model', 'load', 'lint', 'diff', 'plan', 'apply', 'brokers/index.ts'],
  cli: ['model', 'pipeline', 'render'],
  'index.ts': ['model', 'pipeline', 'render'],
};

/** Packages that only some layers may name; any other layer must do without them. */
const PACKAGE_HOMES: Record<string, readonly string[]> = {
  yaml: ['load', 'pipeline'],
  ajv: ['load', 'pipeline'],
  amqplib: ['brokers/rabbitmq'],
  '@nats-io/transport-node': ['brokers/nats'],
  kafkajs: ['brokers/kafka'],
  re2js: ['brokers/rabbitmq'],
  commander: ['cli'],
  diff: ['render'],
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
  return (
    rule.includes(to) ||
    (to.startsWith('brokers/') && to !== 'brokers/index.ts' && rule.includes('brokers/*'))
  );
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

  it('loads client libraries only when they are needed', () => {
    const eager = files.flatMap((file) => {
      const text = readFileSync(join(SRC, file), 'utf8');
      return /^import (?!type)[^;]*from '(amqplib|kafkajs|re2js|@nats-io\/[^']*)'/m.test(text) ? [file] : [];
    });
    expect(eager).toEqual([]);
  });
});

/** Brokers that have the common layout. */
const LAID_OUT = ['kafka'];
const FOLDERS = ['effects', 'fields', 'graph', 'import', 'kinds', 'rules', 'session'];

describe.each(LAID_OUT)('the folder of %s', (broker) => {
  const home = `brokers/${broker}`;

  it('has the folders that all brokers have, and at most six files beside them', () => {
    const entries = readdirSync(join(SRC, home), { withFileTypes: true });
    expect(entries.filter((one) => one.isDirectory()).map(({ name }) => name)).toEqual(FOLDERS);
    expect(entries.filter((one) => one.isFile()).length).toBeLessThanOrEqual(6);
  });

  it('has no import circle', () => {
    const graph = new Map(
      files.filter((file) => file.startsWith(`${home}/`)).map((file) => [file, new Set<string>()]),
    );
    for (const { from, to } of imports) {
      if (to.startsWith('.')) graph.get(from)?.add(relative(SRC, normalize(join(SRC, dirname(from), to))));
    }
    // What imports nothing that is left, or is imported by nothing that is left, is in no circle.
    for (let size = 0; size !== graph.size; ) {
      size = graph.size;
      const imported = new Set([...graph.values()].flatMap((needs) => [...needs]));
      for (const [file, needs] of graph) {
        if (!imported.has(file) || ![...needs].some((one) => graph.has(one))) graph.delete(file);
      }
    }
    expect([...graph.keys()]).toEqual([]);
  });
});

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

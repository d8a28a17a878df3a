import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/model/index.ts';
import { lines, load } from './folder.ts';

const brokers = 'brokers:\n  main: { type: boxes, url: box://h }\n';

function project(overrides: string, topology: string, variables: Record<string, string> = {}) {
  const loaded = load(
    {
      'brokerform.yaml': `${brokers}environments:\n  e:\n    overrides:\n${overrides}`,
      'topologies/t.yaml': topology,
    },
    { environment: 'e', variables },
  );
  expect(lines(loaded.diagnostics)).toEqual([]);
  const [section] = loaded.project.sections.get('main') ?? [];
  if (!section) throw new Error('no section');
  const all = section.value.boxes as Record<string, JsonObject>;
  const overridden = (name: string) => section.overridden(`main/box/${name}`, 'box', all[name] ?? {});
  return { section, all, overridden, late: () => lines(loaded.project.lateDiagnostics()) };
}

const topology =
  'boxes:\n  boxes:\n    a: { size: 1, dead: { letter: x, key: k }, tags: [p, q] }\n    b: { size: 2 }\n';

test('mappings are joined, lists replaced, null removes; later overrides win', () => {
  const { overridden, all, late } = project(
    '      "main/box/*": { size: 9, label: l }\n      "main/box/a": { size: 10, dead: { key: null }, tags: [r] }\n',
    topology,
  );
  expect(overridden('a')).toEqual({ size: 10, label: 'l', dead: { letter: 'x' }, tags: ['r'] });
  expect(overridden('b')).toEqual({ size: 9, label: 'l' });
  expect(all.a).toEqual({ size: 1, dead: { letter: 'x', key: 'k' }, tags: ['p', 'q'] });
  expect(late()).toEqual([]);
});

test('merged values know where each part was written', () => {
  const { overridden, section } = project('      "main/box/a": { label: l, dead: { key: j } }\n', topology);
  const body = overridden('a');
  const place = (container: unknown, key?: string | number) => {
    const { file, line, col } = section.at(container as object, key);
    return `${file}:${line}:${col}`;
  };
  expect(place(body, 'size')).toBe('topologies/t.yaml:3:10');
  expect(place(body, 'label')).toBe('brokerform.yaml:6:23');
  expect(place(body.dead, 'letter')).toBe('topologies/t.yaml:3:27');
  expect(place(body.dead, 'key')).toBe('brokerform.yaml:6:41');
  expect(place(body.tags, 1)).toBe('topologies/t.yaml:3:58');
  expect(place(body)).toBe('topologies/t.yaml:3:8');
});

test('a body without an override stays itself', () => {
  const { overridden, all } = project('      "main/box/b": { size: 1 }\n', topology);
  expect(overridden('a')).toBe(all.a);
});

test('an override that breaks the schema is told where it is, and does not count', () => {
  const { overridden, all, late } = project('      "main/box/*": { sise: 1, size: -1 }\n', topology);
  expect(overridden('a')).toBe(all.a);
  overridden('b');
  expect(late()).toEqual([
    'brokerform.yaml:6:23 load/unknown-key main/box/a: unknown key "sise"',
    'brokerform.yaml:6:23 load/unknown-key main/box/b: unknown key "sise"',
    'brokerform.yaml:6:38 load/wrong-value main/box/a.size: expected at least 0, got -1',
    'brokerform.yaml:6:38 load/wrong-value main/box/b.size: expected at least 0, got -1',
  ]);
});

test('an override that matches nothing is a warning', () => {
  const { overridden, late } = project(
    '      "main/box/z*": { size: 1 }\n      "main/box/a": {}\n',
    topology,
  );
  overridden('a');
  expect(late()).toEqual([
    'brokerform.yaml:6:7 load/unused-override the override "main/box/z*" matches no declared resource',
  ]);
});

test('variables work in overrides, and secrets stay references', () => {
  const { overridden, section, late } = project(
    '      "main/box/a": { size: "${N}", secret: "${S}", label: "${L}" }\n',
    topology,
    { N: '7' },
  );
  const body = overridden('a');
  expect(body).toMatchObject({ size: 7, secret: '${S}', label: '${L}' });
  expect(section.template(body, 'secret')).toBe('${S}');
  expect(late()).toEqual([
    'brokerform.yaml:6:60 load/missing-variable the environment variable L is not set',
  ]);
});

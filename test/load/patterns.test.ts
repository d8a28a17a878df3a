import { expect, test } from 'vitest';
import { PatternError, type PatternKinds, type Section } from '../../src/model/index.ts';
import { boxes, codes, crates, lines, load } from './folder.ts';

const text = { type: 'string' };

const patterns: PatternKinds = {
  stack: {
    summary: 'Boxes on top of each other.',
    schema: { properties: { levels: { type: 'integer', minimum: 1 }, label: text }, required: ['levels'] },
    intended: { 'boxes/tall': 'a stack is tall' },
    expand({ name, body, targeted, broker }) {
      const { levels, label = 'none' } = body;
      if (levels === 13) throw new PatternError('13 levels bring bad luck', 'choose another number');
      const ids = Array.from({ length: Number(levels) }, (_, i) => `${name}.${i}`);
      const tags = targeted ? [broker.version] : [];
      return { boxes: Object.fromEntries(ids.map((id) => [id, { size: 1, label, tags, raw: { a: 1 } }])) };
    },
  },
  heap: { absent: 'boxes fall over. Use a stack' },
};

/** Boxes that can be overridden, with stacks of them. */
const stacking = {
  ...boxes,
  patterns,
  assume: (name: string, version = '1.0') => ({ name, type: 'boxes', id: 'a', version, facts: {} }),
  declare(sections: readonly Section[]) {
    for (const section of sections) {
      for (const [name, body] of Object.entries((section.value.boxes ?? {}) as Record<string, object>)) {
        section.overridden(`${section.broker}/box/${encodeURIComponent(name)}`, 'box', body as never);
      }
    }
    return { resources: [], diagnostics: [] };
  },
};
const heaping = {
  ...crates,
  patterns: { heap: patterns.stack, stack: { absent: 'crates do not stack' } } as never,
};

const brokers = `
brokers:
  main: { type: boxes, url: "box://a", target-version: "2.1" }
  far: { type: crates }
`;

function loadPatterns(topology: string, config: string | null = brokers, more = {}) {
  const files = { ...(config !== null && { 'brokerform.yaml': config }), 'topologies/t.yaml': topology };
  return load(files, { providers: [stacking, heaping], ...more });
}

const sectionIn = (project: ReturnType<typeof loadPatterns>['project'], broker = 'main') => {
  const [section] = project.sections.get(broker) ?? [];
  if (!section) throw new Error('no section');
  return section;
};

test('a pattern is a section of its broker, all of which stands where the pattern does', () => {
  const { project, diagnostics } = loadPatterns('patterns:\n  tower: { kind: stack, levels: 2 }\n');
  expect(diagnostics).toEqual([]);
  const box = { size: 1, label: 'none', tags: ['2.1'], raw: { a: 1 } };
  const section = sectionIn(project);
  expect(section.value).toEqual({ boxes: { 'tower.0': box, 'tower.1': box } });
  const at = { file: 'topologies/t.yaml', line: 2, col: 3, pattern: 'tower' };
  const all = section.value.boxes as Record<string, Record<string, object>>;
  expect(section.at(all, 'tower.1')).toEqual(at);
  expect(section.at(all['tower.1'] ?? {}, 'size')).toEqual(at);
  expect(project.patterns).toMatchObject([
    { name: 'tower', kind: 'stack', broker: 'main', type: 'boxes', at: { line: 2, col: 3 } },
  ]);
});

test('without a configuration each type is a broker, and no version is targeted', () => {
  const { project, diagnostics } = loadPatterns(
    'patterns: { t: { kind: stack, levels: 1, on: boxes } }',
    null,
  );
  expect(diagnostics).toEqual([]);
  expect([...project.brokers.keys()]).toEqual(['boxes']);
  expect(sectionIn(project, 'boxes').value).toMatchObject({ boxes: { 't.0': { tags: [] } } });
});

test('variables are replaced in patterns, and missing ones reported', () => {
  const topology = 'patterns:\n  t:\n    kind: stack\n    levels: ${LEVELS}\n    label: ${LABEL}\n';
  const { project, diagnostics } = loadPatterns(topology, brokers, {
    variables: { LEVELS: '1', LABEL: 'x' },
  });
  expect(diagnostics).toEqual([]);
  expect(sectionIn(project).value).toMatchObject({ boxes: { 't.0': { label: 'x' } } });
  const without = loadPatterns(topology);
  expect(without.diagnostics).toEqual([]);
  expect(codes(without.project.lateDiagnostics())).toEqual(['4:13 load/missing-variable']);
});

test('with changes resources, by address or name, and keeps the places of its own keys', () => {
  const { project, diagnostics } = loadPatterns(`patterns:
  t:
    kind: stack
    levels: 3
    with:
      box/t.0: { size: 7, raw: { b: 2 } }
      t.1:
        label: null
        tags: [x]
      box/*: { age: 5s }
`);
  expect(diagnostics).toEqual([]);
  const section = sectionIn(project);
  expect(section.value).toEqual({
    boxes: {
      't.0': { size: 7, label: 'none', tags: ['2.1'], raw: { a: 1, b: 2 }, age: '5s' },
      't.1': { size: 1, tags: ['x'], raw: { a: 1 }, age: '5s' },
      't.2': { size: 1, label: 'none', tags: ['2.1'], raw: { a: 1 }, age: '5s' },
    },
  });
  const [first] = Object.values(section.value.boxes as Record<string, Record<string, object>>);
  const lineOf = (container: object, key: string) => section.at(container, key).line;
  expect(lineOf(first ?? {}, 'size')).toBe(6);
  expect(lineOf(first ?? {}, 'label')).toBe(2);
  expect(lineOf(first?.raw ?? {}, 'b')).toBe(6);
  expect(lineOf(first?.raw ?? {}, 'a')).toBe(2);
  expect(lineOf(first ?? {}, 'age')).toBe(10);
});

test('overrides of an environment win over with', () => {
  const config = `${brokers}environments: { e: { overrides: { main/box/t.0: { size: 9 }, main/box/none: {} } } }\n`;
  const topology = 'patterns: { t: { kind: stack, levels: 1, with: { t.0: { size: 8, label: l } } } }';
  const { project } = loadPatterns(topology, config, { environment: 'e' });
  const section = sectionIn(project);
  const [body] = Object.values(section.value.boxes as Record<string, object>);
  expect(section.overridden('main/box/t.0', 'box', body as never)).toMatchObject({ size: 9, label: 'l' });
  expect(codes(project.lateDiagnostics())).toEqual(['5:62 load/unused-override']);
});

test('mistakes are told at their places, and what is left of a file is kept', () => {
  const { project, diagnostics } = loadPatterns(`boxes: { broker: main, boxes: { plain: {} } }
patterns:
  no-kind: { levels: 1 }
  bad-kind: { kind: stak, levels: 1 }
  kind-7: { kind: 7 }
  inherited: { kind: constructor }
  heaps: { kind: heap, on: main }
  nowhere: { kind: stack, levels: 1, on: mian }
  list: []
  few: { kind: stack, levels: 0 }
  more: { kind: stack, levels: 1, level: 2 }
  lucky: { kind: stack, levels: 13 }
  withs:
    kind: stack
    levels: 12
    with:
      box/withs.x: {}
      withs.1: { size: big }
      withs.2: { siz: 4 }
      withs.3: 4
  withs-2:
    kind: stack
    levels: 2
    with:
      withs-2.1: { size: big }
      "%zz": {}
`);
  expect(lines(diagnostics).map((line) => line.replace('topologies/t.yaml:', ''))).toEqual([
    '3:3 load/missing-key patterns.no-kind: missing required key "kind"',
    '4:21 load/wrong-value patterns.bad-kind: there is no kind "stak"',
    '5:19 load/wrong-value patterns.kind-7: kind: expected a string',
    '6:22 load/wrong-value patterns.inherited: there is no kind "constructor"',
    '7:18 load/unsupported-pattern patterns.heaps: boxes has no heap: boxes fall over. Use a stack',
    '8:42 load/unknown-broker patterns.nowhere: the broker "mian" is not configured',
    '9:3 load/wrong-value patterns.list: expected a mapping',
    '10:31 load/wrong-value patterns.few.levels: expected at least 1, got 0',
    '11:35 load/unknown-key patterns.more: unknown key "level"',
    '12:3 load/wrong-value patterns.lucky: 13 levels bring bad luck',
    '20:16 load/wrong-value patterns.withs.with["withs.3"]: expected a mapping, got 4',
    '25:26 load/wrong-value main/box/withs-2.1.size: expected an integer, got "big"',
    '26:7 load/unknown-resource patterns.withs-2.with: there is no resource "%zz"',
  ]);
  expect(diagnostics.map(({ hint }) => hint)).toEqual(
    expect.arrayContaining([
      'kinds: heap, stack',
      'did you mean stack?',
      'kinds of boxes: stack',
      'did you mean main?',
    ]),
  );
  expect(project.sections.get('main')?.map(({ value }) => Object.keys(value.boxes as object))).toEqual([
    ['plain'],
    ['withs-2.0', 'withs-2.1'],
  ]);
  expect([...project.unsound]).toEqual(['topologies/t.yaml']);
});

test('two patterns have different names, in all files', () => {
  const one = 'patterns: { t: { kind: stack, levels: 1 } }';
  const { diagnostics } = load(
    { 'brokerform.yaml': brokers, 'topologies/a.yaml': one, 'topologies/b.yaml': one },
    { providers: [stacking, heaping] },
  );
  expect(diagnostics).toMatchObject([
    {
      code: 'load/duplicate-pattern',
      at: { file: 'topologies/b.yaml' },
      related: [{ file: 'topologies/a.yaml' }],
    },
  ]);
});

test('a kind that no broker of the project has, and one that several have', () => {
  const topology = 'patterns: { t: { kind: stack, levels: 1 } }';
  const only = 'brokers: { far: { type: crates } }\n';
  expect(lines(loadPatterns(topology, only).diagnostics)).toEqual([
    'topologies/t.yaml:1:24 load/unsupported-pattern patterns.t: crates has no stack: crates do not stack',
  ]);
  const two = 'brokers: { a: { type: boxes, url: "box://a" }, b: { type: boxes, url: "box://b" } }\n';
  expect(lines(loadPatterns(topology, two).diagnostics)).toEqual([
    'topologies/t.yaml:1:13 load/ambiguous-broker patterns.t: several brokers have the kind stack: a, b',
  ]);
});

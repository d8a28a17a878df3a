import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/model/index.ts';
import { codes, lines, load, loadTopology } from './folder.ts';

const config = 'project: p\nbrokers:\n  main: { type: boxes, url: box://h }\n';

test('sections of several files and documents add up, by broker', () => {
  const { project, diagnostics } = load({
    'brokerform.yaml': `${config}  other: { type: crates }\n`,
    'topologies/a.yaml': 'boxes: { shelf: one }\n---\nboxes: { shelf: two }\ncrates: {}\n',
    'topologies/deep/b.yaml': 'boxes: { shelf: three }\nretired: [main/box/old, other/crate/a%2Fb]\n',
    'topologies/empty.yaml': '---\nboxes: {}\n---\n',
  });
  expect(lines(diagnostics)).toEqual([]);
  expect(project.files).toEqual(['topologies/a.yaml', 'topologies/deep/b.yaml', 'topologies/empty.yaml']);
  expect(project.sections.get('main')?.map(({ value }) => value.shelf)).toEqual([
    'one',
    'two',
    'three',
    undefined,
  ]);
  expect(project.sections.get('other')).toHaveLength(1);
  expect(project.retired.map(({ address, at }) => [address, at.line, at.col])).toEqual([
    ['main/box/old', 2, 11],
    ['other/crate/a%2Fb', 2, 25],
  ]);
});

test('schema errors: each mistake once, at its key or value, with the nearest name', () => {
  const { diagnostics, project } = loadTopology(`boxes:
  shelv: x
  boxes:
    a: { sise: 1, size: -1, kind: opne, age: 7dd }
    b:
      dead: { ky: 1 }
      tags: x
    "odd name": { label: 5, age: [1] }
    c: { dead: { leter: x }, size: 1.5, raw: null }
  lids:
    - { form: round, radius: x }
    - { form: squar }
    - { radius: 1 }
    - round
cratse: {}
`);
  expect(lines(diagnostics)).toEqual([
    't.yaml:2:3 load/unknown-key boxes: unknown key "shelv"',
    't.yaml:4:10 load/unknown-key boxes.boxes.a: unknown key "sise"',
    't.yaml:4:25 load/wrong-value boxes.boxes.a.size: expected at least 0, got -1',
    't.yaml:4:35 load/wrong-value boxes.boxes.a.kind: expected open or closed, got "opne"',
    't.yaml:4:46 load/wrong-value boxes.boxes.a.age: expected a duration, got "7dd"',
    't.yaml:6:7 load/missing-key boxes.boxes.b.dead: missing required key "letter"',
    't.yaml:6:15 load/unknown-key boxes.boxes.b.dead: unknown key "ky"',
    't.yaml:7:13 load/wrong-value boxes.boxes.b.tags: expected a list, got "x"',
    't.yaml:8:26 load/wrong-value boxes.boxes["odd name"].label: expected a string, got 5',
    't.yaml:8:34 load/wrong-value boxes.boxes["odd name"].age: expected an integer or a duration, got a list',
    't.yaml:9:18 load/unknown-key boxes.boxes.c.dead: unknown key "leter"',
    't.yaml:9:36 load/wrong-value boxes.boxes.c.size: expected an integer, got 1.5',
    't.yaml:9:46 load/wrong-value boxes.boxes.c.raw: expected a mapping, got null',
    't.yaml:11:30 load/wrong-value boxes.lids[0].radius: expected a number, got "x"',
    't.yaml:12:15 load/wrong-value boxes.lids[1].form: expected round or square, got "squar"',
    't.yaml:13:7 load/missing-key boxes.lids[2]: missing required key "form"',
    't.yaml:14:7 load/wrong-value boxes.lids[3]: expected a mapping, got "round"',
    't.yaml:15:1 load/unknown-key a topology has no key "cratse"',
  ]);
  const hints = diagnostics.map(({ hint }) => hint);
  expect(hints).toContain('did you mean shelf?');
  expect(hints).toContain('did you mean size?');
  expect(hints).toContain('did you mean open?');
  expect(hints).toContain('for example 7d');
  expect(hints).toContain('put it in quotes');
  expect(hints).toContain('did you mean letter?');
  expect(hints).toContain('did you mean square?');
  expect(hints).toContain('did you mean crates?');
  expect(hints.every((hint) => hint)).toBe(true);
  const [section] = project.sections.get('boxes') ?? [];
  expect(section?.value).toEqual({ boxes: { a: {}, b: {}, 'odd name': {}, c: {} } });
  expect([...project.unsound]).toEqual(['t.yaml']);
});

test('what is wrong in one place hides nothing that is wrong in another', () => {
  const { project } = loadTopology(
    'boxes: { boxes: { a: { sise: 1, label: x }, b: 5, c: { dead: { ky: 1 } } }, lids: [{ form: squar }, { form: round }] }\n',
  );
  const [section] = project.sections.get('boxes') ?? [];
  // A list goes whole: the places of its items hang on their numbers.
  expect(section?.value).toEqual({ boxes: { a: { label: 'x' }, c: {} } });
});

test('a value that may be a secret is not shown', () => {
  const { diagnostics } = loadTopology('boxes: { boxes: { a: { secret: 12345 } } }\n');
  expect(lines(diagnostics)).toHaveLength(1);
  expect(JSON.stringify(diagnostics)).not.toContain('12345');
});

test('integers beyond 2^53 are checked as numbers and stay exact', () => {
  const good = loadTopology(
    'boxes: { boxes: { a: { size: 9007199254740993, raw: { x: -99999999999999999999 } } } }\n',
  );
  expect(lines(good.diagnostics)).toEqual([]);
  const [section] = good.project.sections.get('boxes') ?? [];
  expect(section?.value.boxes).toEqual({
    a: { size: { $int: '9007199254740993' }, raw: { x: { $int: '-99999999999999999999' } } },
  });
  const bad = loadTopology('boxes: { boxes: { a: { size: 99999999999999999999 } } }\n');
  expect(codes(bad.diagnostics)).toEqual(['1:30 load/wrong-value']);
  expect(bad.diagnostics[0]?.message).toContain('99999999999999999999');
});

test.each([
  ['several brokers of the type', 'boxes: {}\n', '1:1 load/ambiguous-broker'],
  ['one that is not configured', 'boxes: { broker: mian }\n', '1:18 load/unknown-broker'],
  ['one of another type', 'boxes: { broker: crate }\n', '1:18 load/unknown-broker'],
  ['one that fits', 'boxes: { broker: second }\n', undefined],
  ['a retired pattern', 'retired: ["main/box/*"]\n', '1:11 load/bad-address'],
  ['a retired resource of an unknown broker', 'retired: [mian/box/a]\n', '1:11 load/bad-address'],
  ['a retired resource of an unknown kind', 'retired: [main/bix/a]\n', '1:11 load/bad-address'],
  ['a retired address that is cut', 'retired: [main/box]\n', '1:11 load/bad-address'],
  ['a retired address that is not encoded', 'retired: [main/box/a b]\n', '1:11 load/bad-address'],
  ['a retired address with a stray %', 'retired: ["main/box/%"]\n', '1:11 load/bad-address'],
  ['retired that is no list', 'retired: main/box/a\n', '1:10 load/wrong-value'],
  ['a retired number', 'retired: [1]\n', '1:11 load/bad-address'],
  ['no mapping', '- boxes\n', '1:1 load/wrong-value'],
  ['nothing', '# later\n', '1:1 load/empty-file'],
])('%s', (_, text, expected) => {
  const { diagnostics } = load({
    'brokerform.yaml': `${config}  second: { type: boxes, url: box://2 }\n  crate: { type: crates }\n`,
    'topologies/t.yaml': text,
  });
  expect(codes(diagnostics)).toEqual(expected === undefined ? [] : [expected]);
});

test('an address that is written unlike addresses is told how', () => {
  const { diagnostics } = load({
    'brokerform.yaml': config,
    'topologies/t.yaml': 'retired: ["main/box/a b"]\n',
  });
  expect(diagnostics[0]?.hint).toBe('write it as main/box/a%20b');
});

test('a type without a broker is an error; without any broker each type is its own', () => {
  const { diagnostics } = load({ 'brokerform.yaml': config, 'topologies/t.yaml': 'crates: {}\n' });
  expect(codes(diagnostics)).toEqual(['1:1 load/no-broker']);
  const alone = loadTopology('crates: {}\nboxes: {}\nretired: [boxes/box/a]\n');
  expect(lines(alone.diagnostics)).toEqual([]);
  expect([...alone.project.sections.keys()].sort()).toEqual(['boxes', 'crates']);
  expect([...alone.project.brokers.values()].map(({ name, type }) => [name, type])).toEqual([
    ['crates', 'crates'],
    ['boxes', 'boxes'],
  ]);
});

test('variables: a quoted one is text, an unquoted one is read, and the schema has the last word', () => {
  const text = `boxes:
  boxes:
    a: { size: "\${N}", label: "\${N}" }
    b:
      size: \${N}
      label: \${N}
      age: \${AGE}
      raw: { plain: "\${N}", zero: "\${ZERO}" }
    c:
      raw:
        number: \${N}
        joined: \${N}0
        text: x\${N}
        yes: \${YES:-true}
        literal: $\${N}
        empty: \${EMPTY}
      label: \${ZERO}
`;
  const { project, diagnostics } = loadTopology(text, { N: '5', AGE: '7d', ZERO: '007', EMPTY: '' });
  expect(lines(diagnostics)).toEqual([]);
  const [section] = project.sections.get('boxes') ?? [];
  expect(section?.value.boxes).toEqual({
    a: { size: 5, label: '5' },
    b: { size: 5, label: '5', age: '7d', raw: { plain: '5', zero: '007' } },
    c: { raw: { number: 5, joined: 50, text: 'x5', yes: true, literal: '${N}', empty: null }, label: '007' },
  });
  expect(lines(project.lateDiagnostics())).toEqual([]);
});

test('a variable whose value does not fit is an error that does not show the value', () => {
  const { diagnostics } = loadTopology('boxes: { boxes: { a: { size: "${N}", age: "${A}" } } }\n', {
    N: 'hush',
    A: 'hush',
  });
  expect(lines(diagnostics)).toEqual([
    't.yaml:1:30 load/wrong-value boxes.boxes.a.size: expected an integer, got "${N}"',
    't.yaml:1:43 load/wrong-value boxes.boxes.a.age: expected a duration, got "${A}"',
  ]);
});

test('missing variables are all told, but not those of secrets', () => {
  const text = 'boxes: { boxes: { a: { label: "${L} ${M}", secret: "${S}" } } }\n';
  const { project, diagnostics } = loadTopology(text);
  expect(diagnostics).toEqual([]);
  const [section] = project.sections.get('boxes') ?? [];
  const body = (section?.value.boxes as JsonObject | undefined)?.a as JsonObject;
  expect(section?.template(body, 'secret')).toBe('${S}');
  expect(section?.template(body, 'size')).toBeUndefined();
  expect(lines(project.lateDiagnostics())).toEqual([
    't.yaml:1:31 load/missing-variable the environment variable L is not set',
    't.yaml:1:31 load/missing-variable the environment variable M is not set',
  ]);
});

test('a missing variable where text cannot be is the only error, and secrets beside it are not asked for', () => {
  const text = 'boxes: { boxes: { a: { size: "${N}", secret: "${S}", kind: "${K}" } } }\n';
  const { project, diagnostics } = loadTopology(text);
  expect(diagnostics).toEqual([]);
  expect(project.sections.size).toBe(0);
  expect(lines(project.lateDiagnostics())).toEqual([
    't.yaml:1:30 load/missing-variable the environment variable N is not set',
    't.yaml:1:60 load/missing-variable the environment variable K is not set',
  ]);
});

test('a secret keeps its escapes, through anchors and merges too', () => {
  const text =
    'boxes:\n  boxes:\n    a: &a { secret: "p$${x}${S}" }\n    b: { <<: *a, size: 1 }\n    c: *a\n';
  const { project } = loadTopology(text);
  const [section] = project.sections.get('boxes') ?? [];
  const all = section?.value.boxes as Record<string, JsonObject>;
  for (const name of ['a', 'b', 'c']) expect(section?.template(all[name] ?? {}, 'secret')).toBe('p$${x}${S}');
  expect(project.lateDiagnostics()).toEqual([]);
});

test('places of sections are those of keys and items', () => {
  const { project } = loadTopology('boxes:\n  boxes:\n    a:\n      tags:\n        - x\n        - y\n');
  const [section] = project.sections.get('boxes') ?? [];
  const all = section?.value.boxes as Record<string, JsonObject>;
  const place = (container: unknown, key?: string | number) => {
    const at = section?.at(container as object, key);
    return `${at?.line}:${at?.col}`;
  };
  expect(place(all, 'a')).toBe('3:5');
  expect(place(all.a, 'tags')).toBe('4:7');
  expect(place(all.a?.tags, 1)).toBe('6:11');
  expect(place(all.a)).toBe('4:7');
  expect(place({})).toBe('1:1');
});

test('hostile names stay what they are', () => {
  const names = [
    'a"b',
    "it's",
    '\u001b[31m',
    'a|b`c`',
    '::error::x',
    '\n',
    'null',
    '1.0',
    'constructor',
    '%2F',
    'ü'.repeat(127),
  ];
  const text = `boxes:\n  boxes:\n${names.map((name) => `    ${JSON.stringify(name)}: {}\n`).join('')}`;
  const { project, diagnostics } = loadTopology(text);
  expect(lines(diagnostics)).toEqual([]);
  const [section] = project.sections.get('boxes') ?? [];
  expect(Object.keys(section?.value.boxes as object)).toEqual(names);
});

test('YAML errors of one file do not hide those of another, sorted by file and line', () => {
  const { diagnostics } = load({
    'brokerform.yaml': `${config}nope: 1\n`,
    'topologies/b.yaml': 'boxes: {\n',
    'topologies/a.yaml': 'boxes: { shelf: 1 }\n---\nboxes: { shelf: a, shelf: b }\n',
    'topologies/c.yaml': Uint8Array.of(0xff, 0xfe),
  });
  expect(diagnostics.map(({ at, code }) => `${at?.file}:${at?.line} ${code}`)).toEqual([
    'brokerform.yaml:4 load/unknown-key',
    'topologies/a.yaml:1 load/wrong-value',
    'topologies/a.yaml:3 load/duplicate-key',
    'topologies/b.yaml:2 load/syntax',
    'topologies/c.yaml:1 load/invalid-utf8',
  ]);
});

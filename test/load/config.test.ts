import { expect, test } from 'vitest';
import { connectionOf } from '../../src/load/index.ts';
import { codes, lines, load } from './folder.ts';

const full = `project: shop
topologies: [topologies/*.yaml]
brokers:
  main: { type: boxes, url: "\${URL}", password: "\${PW}", tls: { ca: a.pem } }
  events: { type: crates, target-version: "4.3" }
owns:
  main: ["box/*", "lid/**"]
  events: ["**"]
ignore: { main: ["box/tmp*"] }
protect: ["main/box/gold*"]
limits: { deletes: 5 }
lint: { rules: { a/b: warning, c/d: { severity: info, most: 3 } } }
environments:
  local:
    brokers: { main: { url: box://localhost, tls: null }, extra: { type: crates, host: h } }
    overrides: { "main/box/*": { size: 1 } }
    lint: { rules: { a/b: off } }
  production:
    protect: ["*/box/payments*"]
    limits: { deletes: 3 }
    owns: { main: ["box/x*"] }
    ignore: { main: ["box/old*"] }
`;
const topology = { 'topologies/t.yaml': 'boxes: { boxes: { a: { size: 2 } } }\n' };

test('without an environment the configuration counts as it is', () => {
  const { project, diagnostics } = load({ 'brokerform.yaml': full, ...topology });
  expect(lines(diagnostics)).toEqual([]);
  expect(project).toMatchObject({ name: 'shop', environment: undefined, limits: { deletes: 5 } });
  expect(project.protect).toEqual(['main/box/gold*']);
  expect(Object.fromEntries(project.owns)).toEqual({
    main: ['main/box/*', 'main/lid/**'],
    events: ['events/**'],
  });
  expect(Object.fromEntries(project.ignore)).toEqual({ main: ['main/box/tmp*'] });
  expect(project.ignored).toEqual([
    { value: 'main/box/tmp*', at: { file: 'brokerform.yaml', line: 9, col: 18 } },
  ]);
  expect(project.lint.rules).toEqual({ 'a/b': 'warning', 'c/d': { severity: 'info', most: 3 } });
  expect(project.lint.places['c/d']).toEqual({ file: 'brokerform.yaml', line: 12, col: 32 });
  const main = project.brokers.get('main');
  expect(main?.settings).toEqual({ type: 'boxes', url: '${URL}', password: '${PW}', tls: { ca: 'a.pem' } });
  expect(main?.at).toEqual({ file: 'brokerform.yaml', line: 4, col: 3 });
  expect(project.brokers.get('events')?.targetVersion).toBe('4.3');
  expect(project.lateDiagnostics()).toEqual([]);
});

test('an environment merges brokers, adds protection, replaces limits, ownership and rules', () => {
  const local = load({ 'brokerform.yaml': full, ...topology }, { environment: 'local' });
  expect(lines(local.diagnostics)).toEqual([]);
  expect(local.project.brokers.get('main')?.settings).toEqual({
    type: 'boxes',
    url: 'box://localhost',
    password: '${PW}',
  });
  expect([...local.project.brokers.keys()]).toEqual(['main', 'events', 'extra']);
  expect(local.project.lint.rules['a/b']).toBe('off');
  const production = load({ 'brokerform.yaml': full, ...topology }, { environment: 'production' }).project;
  expect(production.protect).toEqual(['main/box/gold*', '*/box/payments*']);
  expect(production.limits).toEqual({ deletes: 3 });
  expect(production.owns.get('main')).toEqual(['main/box/x*']);
  expect(production.ignore.get('main')).toEqual(['main/box/old*']);
  expect(production.owns.get('events')).toEqual(['events/**']);
});

test('an unknown environment lists the known ones', () => {
  const { diagnostics } = load({ 'brokerform.yaml': full, ...topology }, { environment: 'prodution' });
  expect(codes(diagnostics)).toEqual(['13:1 load/unknown-environment']);
  expect(diagnostics[0]?.hint).toBe('did you mean production? known environments: local, production');
  const bare = load({ 't.yaml': 'boxes: {}' }, { environment: 'x', paths: ['t.yaml'] });
  expect(codes(bare.diagnostics)).toEqual(['load/unknown-environment']);
});

test('a connection has its variables replaced, and names all that are missing', () => {
  const { project } = load({ 'brokerform.yaml': full, ...topology });
  const main = project.brokers.get('main');
  if (!main) throw new Error('no broker');
  const missing = connectionOf(main, {}, 1000);
  expect(missing.connection).toBeUndefined();
  expect(lines(missing.diagnostics)).toEqual([
    'brokerform.yaml:4:29 load/missing-variable the environment variable URL is not set',
    'brokerform.yaml:4:49 load/missing-variable the environment variable PW is not set',
  ]);
  const { connection, diagnostics } = connectionOf(main, { URL: 'box://h', PW: '123', X: 'y' }, 1000);
  expect(diagnostics).toEqual([]);
  expect(connection).toMatchObject({ name: 'main', type: 'boxes', timeout: 1000 });
  expect(connection?.settings).toEqual({
    type: 'boxes',
    url: 'box://h',
    password: '123',
    tls: { ca: 'a.pem' },
  });
  expect(connection?.resolve('a${X}')).toBe('ay');
  expect(main.settings.url).toBe('${URL}');
});

test('what a variable stands for is checked when it is known, and not shown', () => {
  const text =
    'brokers:\n  main:\n    type: boxes\n    url: ${URL}\n    port: "${PORT}"\n    password: ${PW}\n';
  const { project, diagnostics } = load({ 'brokerform.yaml': text, ...topology });
  expect(lines(diagnostics)).toEqual([]);
  const main = project.brokers.get('main');
  if (!main) throw new Error('no broker');
  const good = connectionOf(main, { URL: 'box://h', PORT: '5672', PW: '0123' }, 1);
  expect(good.connection?.settings).toEqual({ type: 'boxes', url: 'box://h', port: 5672, password: '0123' });
  const bad = connectionOf(main, { URL: 'http://user:hush@h', PORT: 'hush', PW: 'x' }, 1);
  expect(codes(bad.diagnostics)).toEqual(['4:10 load/wrong-value', '5:11 load/wrong-value']);
  expect(JSON.stringify(bad)).not.toContain('hush');
});

test('every mistake of the configuration comes at once, in all environments', () => {
  const { diagnostics } = load(
    {
      'brokerform.yaml': `projet: x
topologies: topologies
brokers:
  main: { type: boxs }
  none: { url: box://h }
  odd: { type: boxes, url: "http://user:hush@h", prt: 1, target-version: 4.3 }
lint: { rules: { a/b: warn } }
environments:
  e: { limits: { deletes: -1 }, overides: {} }
  f: { brokers: { odd: { url: "tcp://hush" } } }
`,
    },
    { environment: 'e' },
  );
  expect(lines(diagnostics)).toEqual([
    'brokerform.yaml:1:1 load/unknown-key unknown key "projet"',
    'brokerform.yaml:2:13 load/wrong-value topologies: expected a list, got "topologies"',
    'brokerform.yaml:4:17 load/wrong-value brokers.main.type: expected boxes or crates, got "boxs"',
    'brokerform.yaml:5:3 load/missing-key brokers.none: missing required key "type"',
    'brokerform.yaml:7:23 load/wrong-value lint.rules["a/b"]: expected off, error, warning or info, got "warn"',
    'brokerform.yaml:9:27 load/wrong-value environments.e.limits.deletes: expected at least 0, got -1',
    'brokerform.yaml:9:33 load/unknown-key environments.e: unknown key "overides"',
  ]);
});

test('connections are checked in every environment, and never shown', () => {
  const { diagnostics } = load({
    'brokerform.yaml': `brokers:
  odd: { type: boxes, url: "http://user:hush@h", prt: 1, target-version: 4.3 }
environments:
  f: { brokers: { odd: { url: "tcp://hush" } } }
`,
    ...topology,
  });
  expect(lines(diagnostics)).toEqual([
    'brokerform.yaml:2:28 load/wrong-value brokers.odd.url: expected a box URL, got a hidden value',
    'brokerform.yaml:2:50 load/unknown-key brokers.odd: unknown key "prt"',
    'brokerform.yaml:2:74 load/wrong-value brokers.odd.target-version: expected a version, got 4.3',
    'brokerform.yaml:4:31 load/wrong-value brokers.odd.url: expected a box URL, got a hidden value',
  ]);
});

test.each([
  ['owns: { mian: ["box/*"] }', '3:16 load/bad-address'],
  ['owns: { main: ["bx/*"] }', '3:16 load/bad-address'],
  ['protect: ["main"]', '3:11 load/bad-address'],
  ['protect: ["main/box/it\'s*"]', '3:11 load/bad-address'],
  ['protect: ["mian/**"]', '3:11 load/bad-address'],
  ['protect: ["**", "*/queue/x", "main/**", "main/*/x"]', undefined],
  ['environments: { e: { overrides: { "main/bix/*": {} } } }', '3:35 load/bad-address'],
])('%s', (line, expected) => {
  const { diagnostics } = load(
    { 'brokerform.yaml': `brokers:\n  main: { type: boxes, url: box://h }\n${line}\n`, ...topology },
    line.startsWith('env') ? { environment: 'e' } : {},
  );
  expect(codes(diagnostics)).toEqual(expected === undefined ? [] : [expected]);
});

test.each([
  ['[]', '1:1 load/config'],
  ['a: {', '1:5 load/syntax'],
  ['project: x\n---\nproject: y\n', '1:1 load/config'],
  ['brokers: { main: "$${" }', '1:12 load/wrong-value'],
])('a configuration %j is refused', (text, expected) => {
  const { diagnostics } = load({ 'brokerform.yaml': text, ...topology });
  expect(codes(diagnostics)).toContain(expected);
});

test('variables of the rest of the configuration count now, those of other environments do not', () => {
  const text = `project: \${NAME:-p}
protect: ["\${WHAT}/box/x"]
environments:
  a: { limits: { deletes: "\${A}" } }
  b: { limits: { deletes: "\${B}" } }
`;
  const { project } = load(
    { 'brokerform.yaml': text, ...topology },
    { environment: 'a', variables: { B: '1' } },
  );
  expect(project.name).toBe('p');
  expect(lines(project.lateDiagnostics())).toEqual([
    'brokerform.yaml:2:11 load/missing-variable the environment variable WHAT is not set',
    'brokerform.yaml:4:27 load/missing-variable the environment variable A is not set',
  ]);
  const given = load(
    { 'brokerform.yaml': text, ...topology },
    { environment: 'b', variables: { B: '7', WHAT: 'boxes' } },
  );
  expect(given.project.limits).toEqual({ deletes: 7 });
  expect(given.project.lateDiagnostics()).toEqual([]);
});

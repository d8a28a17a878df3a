import { expect, test } from 'vitest';
import { RouteError } from '../../src/model/index.ts';
import { check, route, routeGraph, runTests } from '../../src/workflow/index.ts';
import { brokenTests } from '../../src/workflow/tests.ts';
import { memoryProvider } from '../memory/provider.ts';
import { folderOfTest } from '../setup/folder.ts';

const TOPOLOGY = `memory:
  boxes: { in: {}, middle: {}, out: {}, aside: {} }
  links: [{ from: in, to: middle }, { from: in, to: aside }, { from: middle, to: out }, { from: middle, to: in }]
`;

const TESTS = `tests:
  - name: things end where they are looked for
    publish: { box: in }
    ends-in: [out, aside]
  - name: nothing is left aside
    publish: { box: in }
    ends-in: [out]
`;

function checked(text: string) {
  const folder = folderOfTest({
    'brokerform.yaml': 'topologies: [t.yaml]\nbrokers: { store: { type: memory } }\n',
    't.yaml': text,
  });
  return check({ directory: folder, env: {}, providers: [memoryProvider()] });
}

function found(text: string): string[] {
  return checked(text).diagnostics.map(
    ({ at, code, message }) => `${at?.line}:${at?.col} ${code} ${message}`,
  );
}

test('a test that fails tells which expectation does, where, and the way that explains it', async () => {
  const project = checked(TOPOLOGY + TESTS);
  expect(project.diagnostics).toEqual([]);
  const { results } = await runTests(project);
  expect(results.map(({ name, status }) => [name, status])).toEqual([
    ['things end where they are looked for', 'passed'],
    ['nothing is left aside', 'failed'],
  ]);
  const [, failed] = results;
  expect(failed?.failures).toEqual([
    {
      key: 'ends-in',
      message: 'expected out; got aside, out',
      at: { file: expect.any(String), line: 10, col: 5 },
    },
  ]);
  expect(failed?.route?.nodes.map(({ name }) => name)).toEqual(['in', 'middle', 'aside', 'out']);
});

test('on a broker without a place for a copy, tests are skipped, with the reason', async () => {
  const { signal } = new AbortController();
  const live = { wait: 0, signal, onWait: () => {}, timeout: 1_000 };
  const { results } = await runTests(checked(TOPOLOGY + TESTS), { live });
  expect(results.map(({ status, reason }) => `${status}: ${reason}`)).toEqual(
    Array(2).fill('skipped: memory has no place for a copy of the topology; the test runs offline only'),
  );
});

test('names choose tests', async () => {
  const project = checked(TOPOLOGY + TESTS);
  const names = async (...globs: string[]) =>
    (await runTests(project, { names: globs })).results.map(({ name }) => name);
  expect(await names('nothing*')).toEqual(['nothing is left aside']);
  expect(await names('*left aside', 'x')).toEqual(['nothing is left aside']);
  expect(await names('nothing')).toEqual([]);
});

test('what is wrong with a test is told at its place', () => {
  const wrong = `${TOPOLOGY}tests:
  - name: twice
    publish: { box: in }
    ends-in: [out]
  - name: twice
    publish: { box: in }
    ends-in: [out]
  - name: misspelt
    publish: { box: in }
    end-in: [out]
  - publish: { box: in }
    ends-in: [out]
  - { name: asks nothing }
  - word
  - { name: elsewhere, broker: stor, publish: { box: in }, ends-in: [] }
`;
  expect(found(wrong)).toEqual([
    '8:5 load/duplicate-test two tests have the name "twice"',
    '13:5 load/unknown-key test "misspelt": unknown key "end-in"',
    '14:5 load/missing-key test: missing required key "name"',
    '16:5 load/missing-key the test does not say what it asks',
    '17:5 load/wrong-value tests[5]: expected a mapping',
    '18:32 load/unknown-broker the broker "stor" is not configured',
  ]);
});

test('what cannot be published fails a test, and a list is expected', async () => {
  expect(found('tests: { name: x }\n')).toEqual(['1:1 load/wrong-value tests: expected a list']);
  const { results } = await runTests(checked(TESTS));
  expect(results.map(({ failures }) => failures[0]?.message)).toEqual([
    'box in is not declared',
    'box in is not declared',
  ]);
});

test('a route is asked of the broker that can answer', async () => {
  const project = checked(TOPOLOGY);
  const answer = await route(project, { positions: ['middle'] });
  expect(answer.result).toBe('ends in aside, out');
  const refused = (options: Parameters<typeof route>[1]) => expect(route(project, options)).rejects;
  await refused({ positions: ['nowhere'] }).toThrow(
    new RouteError('box nowhere is not declared', 'declare it'),
  );
  await refused({ positions: ['in', 'key'] }).toThrow('no configured broker takes these arguments');
  await refused({ positions: ['in'], options: { vhost: 'x' } }).toThrow('no configured broker');
  await refused({ positions: ['in'], options: { vhost: 'x' }, broker: 'store' }).toThrow(
    '--vhost says nothing about this broker',
  );
  await refused({ positions: ['in'], broker: 'stor' }).toThrow('the broker stor is not configured');
});

test('a picture of a route has each resource once', async () => {
  const graph = routeGraph(await route(checked(TOPOLOGY), { positions: ['in'] }));
  expect(graph.nodes.map(({ id }) => id)).toEqual([
    'store/box/in',
    'store/box/middle',
    'store/box/aside',
    'store/box/out',
  ]);
  expect(graph.edges.map(({ from, to }) => `${from} ${to}`)).toContain('store/box/middle store/box/in');
});

test('a branch breaks a test by its topology, by the test, or by removing it', async () => {
  const tests = (...ends: string[]) =>
    `tests:\n${ends.map((end, i) => `  - { name: t${i}, publish: { box: middle }, ends-in: [${end}] }\n`).join('')}`;
  const straight =
    'memory:\n  boxes: { middle: {}, out: {}, aside: {} }\n  links: [{ from: middle, to: out }]\n';
  const bent = straight.replace('to: out', 'to: aside');
  const broken = async (base: string, head: string) =>
    (await brokenTests(checked(base), checked(head))).map(
      ({ name, removed, at, failures }) =>
        `${removed ? 'removed ' : ''}${name} ${at.line} ${failures.map(({ message }) => message).join()}`,
    );
  expect(await broken(straight + tests('out'), bent + tests('out'))).toEqual([
    't0 5 expected out; got aside',
  ]);
  expect(await broken(straight + tests('out'), straight + tests('aside'))).toEqual([
    't0 5 expected aside; got out',
  ]);
  expect(await broken(straight + tests('out'), bent)).toEqual(['removed t0 5 expected out; got aside']);
  // What failed before is not the branch's doing; what is removed and would pass is nobody's loss.
  expect(await broken(straight + tests('aside'), bent + tests('out'))).toEqual([]);
  expect(await broken(straight + tests('out', 'aside'), straight)).toEqual([]);
});

test('of several brokers, the one that knows what is asked about answers', async () => {
  const folder = folderOfTest({
    'brokerform.yaml': `topologies: [t.yaml]
brokers:
  rabbit: { type: rabbitmq, url: "amqp://localhost", management: "http://localhost" }
  kafka: { type: kafka, bootstrap: ["localhost:1"] }
  nats: { type: nats, servers: ["nats://localhost"] }
`,
    't.yaml': `rabbitmq: { exchanges: { events: { type: topic }, both: { type: topic } } }
kafka: { topics: { payments: { partitions: 3 }, both: { partitions: 3 } } }
nats: { streams: { ORDERS: { subjects: [orders.>, events] } } }
`,
  });
  const project = check({ directory: folder, env: {} });
  const answering = async (...positions: string[]) => (await route(project, { positions })).broker.name;
  expect(await answering('events')).toBe('rabbit');
  expect(await answering('events', 'key')).toBe('rabbit');
  expect(await answering('payments')).toBe('kafka');
  expect(await answering('orders.created')).toBe('nats');
  await expect(answering('both')).rejects.toThrow('several brokers can answer');
  const unknown = await route(project, { positions: ['evnts'] }).catch((error: RouteError) => error);
  expect(unknown).toMatchObject({
    message: 'no broker knows evnts',
    hint: expect.stringContaining('rabbit: exchange evnts is not declared in vhost / (did you mean events?)'),
  });
});

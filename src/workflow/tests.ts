import {
  type Answer,
  answerToRefusal,
  type BrokenTest,
  type DeclaredTest,
  globMatcher,
  groupBy,
  type RoutedTopology,
  type Router,
  type TestReport,
  type TestResult,
  type TrialAnswer,
} from '../model/index.ts';
import type { Checked, DeclaredBroker } from './check.ts';
import { declaredTopology } from './route.ts';
import { type OpenOptions, withSession } from './sessions.ts';

export interface TestOptions {
  /** Globs of names; all tests where absent or empty. */
  readonly names?: readonly string[];
  /** Also publish the messages on the brokers, in copies of what is declared that are removed again. */
  readonly live?: OpenOptions & { readonly timeout: number };
}

/**
 * Runs the tests of a project against what it declares, without any broker; or on the brokers.
 * @throws ConnectionError, BrokerError with `live`
 */
export async function runTests(
  checked: Checked,
  { names = [], live }: TestOptions = {},
): Promise<TestReport> {
  const { project } = checked;
  const matchers = names.map(globMatcher);
  const chosen = project.tests.filter(
    ({ name }) => matchers.length === 0 || matchers.some((matches) => matches(name)),
  );
  return {
    brokerform: 'test',
    version: 1,
    project: project.name,
    ...(project.environment !== undefined && { environment: project.environment }),
    results: live ? await liveResults(chosen, checked, live) : await resultsOf(chosen, checked),
  };
}

/**
 * The tests that fail with the head's topology and did not fail with the base's, those that the head removed included:
 * a branch may break a test by its topology, by the test, or hide it.
 */
export async function brokenTests(base: Checked, head: Checked): Promise<BrokenTest[]> {
  const kept = new Set(head.project.tests.map(({ name }) => name));
  const removed = base.project.tests.filter(({ name }) => !kept.has(name));
  const failing = (results: readonly TestResult[]) => results.filter(({ status }) => status === 'failed');
  const now = failing(await resultsOf(head.project.tests, head));
  const hidden = failing(await resultsOf(removed, head));
  if (now.length + hidden.length === 0) return [];
  const before = new Set(failing(await resultsOf(base.project.tests, base)).map(({ name }) => name));
  const broken = ({ name, at, failures }: TestResult): BrokenTest => ({ name, at, failures });
  return [...now.map(broken), ...hidden.map((one) => ({ ...broken(one), removed: true as const }))].filter(
    ({ name }) => !before.has(name),
  );
}

async function resultsOf(chosen: readonly DeclaredTest[], checked: Checked): Promise<TestResult[]> {
  const results = new Map<DeclaredTest, TestResult>();
  for (const [broker, tests] of groupBy(chosen, (test) => test.broker)) {
    const asked = await askedOf(checked, broker);
    for (const test of tests) results.set(test, asked ? judge(test, asked) : undeclared(test));
  }
  return chosen.flatMap((test) => results.get(test) ?? []);
}

async function liveResults(
  chosen: readonly DeclaredTest[],
  checked: Checked,
  options: NonNullable<TestOptions['live']>,
): Promise<TestResult[]> {
  const results = new Map<DeclaredTest, TestResult>();
  for (const [name, tests] of groupBy(chosen, (test) => test.broker)) {
    const broker = checked.configured.get(name);
    const asked = await askedOf(checked, name);
    const answers = broker && asked && (await liveAnswers(broker, asked.topology, tests, options));
    for (const [i, test] of tests.entries()) {
      const answer = answers?.[i];
      results.set(test, asked && answer ? liveResult(test, answer, asked) : undeclared(test));
    }
  }
  return chosen.flatMap((test) => results.get(test) ?? []);
}

async function liveAnswers(
  broker: DeclaredBroker,
  { resources }: RoutedTopology,
  tests: readonly DeclaredTest[],
  options: NonNullable<TestOptions['live']>,
): Promise<readonly TrialAnswer[]> {
  const { name, routing } = broker.provider;
  const skipped = `${name} has no place for a copy of the topology; the test runs offline only`;
  const none = tests.map(() => ({ skipped }));
  if (!routing?.testsLive) return none;
  const trial = { resources, tests: tests.map(({ body }) => body), signal: options.signal };
  return withSession(broker, options, async (session) => (await session.runTests?.(trial)) ?? none);
}

/** With the declared way, where the broker took another one. */
function liveResult(test: DeclaredTest, answer: TrialAnswer, asked: Asked): TestResult {
  const { name, broker, at } = test;
  if ('skipped' in answer)
    return { name, broker, at, status: 'skipped', reason: answer.skipped, failures: [] };
  const result = resultOf(test, answer);
  if (result.status !== 'failed') return result;
  try {
    return { ...result, route: asked.router.route(test.body, asked.topology) };
  } catch {
    return result;
  }
}

interface Asked {
  readonly router: Router;
  readonly topology: RoutedTopology;
}

async function askedOf({ configured }: Checked, name: string): Promise<Asked | undefined> {
  const broker = configured.get(name);
  const router = await broker?.provider.routing?.load();
  return broker && router && { router, topology: declaredTopology(broker) };
}

function judge(test: DeclaredTest, asked: Asked): TestResult {
  return resultOf(test, answerTo(test, asked));
}

function resultOf({ name, broker, at, places }: DeclaredTest, { verdicts, route }: Answer): TestResult {
  const failures = verdicts.flatMap(({ key, failure, hint }) =>
    failure === undefined
      ? []
      : [{ key, message: failure, at: places[key] ?? at, ...(hint !== undefined && { hint }) }],
  );
  const failed = failures.length > 0;
  const status = failed ? 'failed' : 'passed';
  return { name, broker, at, status, failures, ...(failed && route && { route }) };
}

/** What cannot even be published fails the test. */
function answerTo({ body }: DeclaredTest, { router, topology }: Asked): Answer {
  try {
    return router.judge(body, topology);
  } catch (error) {
    return answerToRefusal(error);
  }
}

function undeclared({ name, broker, at }: DeclaredTest): TestResult {
  const message = `nothing is declared for the broker ${broker}`;
  return { name, broker, at, status: 'failed', failures: [{ key: 'broker', message, at }] };
}

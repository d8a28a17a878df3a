import {
  type Answer,
  type BrokenTest,
  type DeclaredTest,
  globMatcher,
  groupBy,
  type RoutedTopology,
  RouteError,
  type Router,
  type TestReport,
  type TestResult,
} from '../model/index.ts';
import type { Checked } from './check.ts';
import { declaredTopology } from './route.ts';

export interface TestOptions {
  /** Globs of names; all tests where absent or empty. */
  readonly names?: readonly string[];
}

/** Runs the tests of a project against what it declares, without any broker. */
export async function runTests(checked: Checked, { names = [] }: TestOptions = {}): Promise<TestReport> {
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
    results: await resultsOf(chosen, checked),
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
  const { name, broker, at, places } = test;
  const { verdicts, route } = answerTo(test, asked);
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
    if (!(error instanceof RouteError)) throw error;
    const { message, hint } = error;
    return { verdicts: [{ key: 'publish', failure: message, ...(hint !== undefined && { hint }) }] };
  }
}

function undeclared({ name, broker, at }: DeclaredTest): TestResult {
  const message = `nothing is declared for the broker ${broker}`;
  return { name, broker, at, status: 'failed', failures: [{ key: 'broker', message, at }] };
}

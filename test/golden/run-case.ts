import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { completeSides } from '../../src/diff/index.ts';
import {
  type Address,
  type JsonObject,
  type Plan,
  type Resource,
  type Route,
  RouteError,
} from '../../src/model/index.ts';
import {
  PLAIN,
  renderDiagnostics,
  renderPatch,
  renderPlan,
  renderRoute,
  renderTests,
} from '../../src/report/index.ts';
import {
  type Checked,
  type CheckedSide,
  check,
  planStates,
  planYaml,
  route,
  runTests,
} from '../../src/workflow/index.ts';
import type { LiveState } from '../../src/workflow/live.ts';
import type { CaseFile, CaseOptions } from './case-file.ts';

const PLAIN_CONFIG: Record<string, string> = {
  rabbitmq:
    'project: shop\ntopologies: ["*.yaml"]\nbrokers:\n  main: { type: rabbitmq, url: amqp://localhost }\n',
  nats: 'project: shop\ntopologies: ["*.yaml"]\nbrokers:\n  main: { type: nats, servers: ["nats://localhost"] }\n',
  kafka:
    'project: shop\ntopologies: ["*.yaml"]\nbrokers:\n  main: { type: kafka, bootstrap: ["localhost:9092"] }\n',
};

/** The one moment at which every case takes place. */
const NOW = new Date('2026-03-04T12:03:11Z');

export interface CaseResult {
  readonly outputs: Map<string, string>;
  /** Undefined where errors kept it from being made. */
  readonly plan?: Plan;
}

/** Runs a case through the real pipeline; only the live state is not read from a broker. */
export async function runCase(
  file: CaseFile,
  broker: string,
  arrange: (live: Resource[]) => Resource[] = (live) => live,
): Promise<CaseResult> {
  const options = JSON.parse(file.parts.get('options') ?? '{}') as CaseOptions;
  const checked = await inFolder(projectFiles(file, broker), (directory) => checkIn(directory, options));
  const style = { ...PLAIN, verbose: options.verbose ?? false };
  const outputs = new Map([['diagnostics', renderDiagnostics(checked.diagnostics, 'text', style)]]);
  const hasErrors = checked.diagnostics.some(({ severity }) => severity === 'error');
  if (!hasErrors) await addRoutes(checked, options, outputs);
  if (hasErrors || !file.parts.has('live')) return { outputs };
  const states = await liveStates(file, broker, options, checked, arrange);
  const plan = await planStates(checked, states, {
    targets: options.targets ?? [],
    excludes: options.excludes ?? [],
    prune: options.prune ?? false,
    allow: options.allow ?? [],
    moves: options.moves ?? [],
    ...(file.parts.has('base') && { base: await baseOf(file, broker, options) }),
    now: () => NOW,
  });
  outputs.set('plan', renderPlan(plan, 'text', style));
  if (options.patch) outputs.set('patch', renderPatch(plan, planYaml(plan), PLAIN));
  outputs.set('calls', callLines(plan));
  return { outputs, plan };
}

async function addRoutes(
  checked: Checked,
  { routes = [] }: CaseOptions,
  outputs: Map<string, string>,
): Promise<void> {
  const texts = await Promise.all(
    routes.map(async (asked) => {
      const found = await route(checked, asked).catch((error: unknown) => error);
      if (found instanceof RouteError) return `error: ${found.message}\nhint: ${found.hint}\n`;
      if (found instanceof Error) throw found;
      return renderRoute(found as Route, 'text', PLAIN);
    }),
  );
  if (texts.length > 0) outputs.set('routes', texts.join('\n'));
  if (checked.project.tests.length === 0) return;
  outputs.set('tests', renderTests(await runTests(checked), 'text', { ...PLAIN, verbose: true }));
}

function projectFiles(file: CaseFile, broker: string): Map<string, string> {
  const files = new Map([['brokerform.yaml', PLAIN_CONFIG[broker] ?? '']]);
  for (const [name, text] of file.parts) if (name.endsWith('.yaml')) files.set(name, text);
  return files;
}

async function baseOf(file: CaseFile, broker: string, options: CaseOptions): Promise<CheckedSide> {
  const files = projectFiles(file, broker);
  for (const name of files.keys()) if (name !== 'brokerform.yaml') files.delete(name);
  files.set('base.yaml', file.parts.get('base') ?? '');
  return { ref: 'main', checked: await inFolder(files, (directory) => checkIn(directory, options)) };
}

async function inFolder<T>(files: ReadonlyMap<string, string>, use: (directory: string) => T): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'brokerform-case-'));
  try {
    for (const [name, text] of files) {
      mkdirSync(dirname(join(directory, name)), { recursive: true });
      writeFileSync(join(directory, name), text);
    }
    return use(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function checkIn(directory: string, options: CaseOptions): Checked {
  const { environment, variables = {} } = options;
  return check({ directory, env: variables, ...(environment !== undefined && { environment }) });
}

/** What the `live` part declares, as a broker would tell it: completed, without places, with counts. */
async function liveStates(
  file: CaseFile,
  broker: string,
  options: CaseOptions,
  checked: Checked,
  arrange: (live: Resource[]) => Resource[],
): Promise<Map<string, LiveState>> {
  const files = projectFiles(file, broker);
  for (const name of files.keys()) if (name !== 'brokerform.yaml') files.delete(name);
  files.set('live.yaml', file.parts.get('live') ?? '');
  const { environment: _, ...rest } = options;
  const declared = await inFolder(files, (directory) => checkIn(directory, rest));
  const specs = JSON.parse(file.parts.get('specs') ?? '{}') as Record<Address, JsonObject>;
  const counts = JSON.parse(file.parts.get('counts') ?? '{}') as Record<Address, JsonObject>;
  return new Map(
    [...checked.brokers.values()].map(({ name, provider }): [string, LiveState] => {
      const assumed = provider.assume(name, options.version);
      const identity = { ...assumed, id: 'golden', facts: { ...assumed.facts, ...options.facts } };
      const desired = declared.brokers.get(name)?.desired ?? [];
      const context = completeSides({ broker: identity }, desired, [], provider.kinds);
      const live = arrange(
        [...context.desired.values()].map(({ address, spec, dependsOn }) => ({
          address,
          spec: { ...spec, ...specs[address] },
          dependsOn,
        })),
      );
      const known = Object.entries(counts).filter(([address]) =>
        live.some((resource) => resource.address === address),
      );
      return [name, { broker: identity, read: async () => live, readMetrics: async () => new Map(known) }];
    }),
  );
}

function callLines(plan: Plan): string {
  const lines = plan.waves.flatMap((wave, i) => [
    `wave ${i + 1}`,
    ...wave.flatMap((step) =>
      [...step.calls, ...step.dependents.flatMap((dependent) => dependent.calls)].map(
        (call) => `  ${call.op} ${call.target} ${JSON.stringify(call.body)}`,
      ),
    ),
  ]);
  return lines.map((line) => `${line}\n`).join('');
}

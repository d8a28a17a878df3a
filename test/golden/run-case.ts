import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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
import { inFolder } from '../setup/folder.ts';
import { type CaseFile, type CaseOptions, parseCase } from './case-file.ts';

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
  /** Undefined without a live part, and where errors keep it from being made. */
  readonly plan: Plan | undefined;
  /** Plans again, against the same resources in another order. */
  replan(arrange: Arrange): Promise<Plan | undefined>;
}

/** Runs a case through the real pipeline; only the live state is not read from a broker. */
export async function runCase(
  file: CaseFile,
  broker: string,
  arrange: Arrange = (live) => live,
): Promise<CaseResult> {
  const { options, checked, replan } = loadCase(file, broker);
  const style = { ...PLAIN, verbose: options.verbose ?? false };
  const outputs = new Map([['diagnostics', renderDiagnostics(checked.diagnostics, 'text', style)]]);
  if (!hasErrors(checked)) await addRoutes(checked, options, outputs);
  const plan = await replan(arrange);
  if (!plan) return { outputs, plan, replan };
  outputs.set('plan', renderPlan(plan, 'text', style));
  if (options.patch) outputs.set('patch', renderPatch(plan, planYaml(plan), PLAIN));
  outputs.set('calls', callLines(plan));
  return { outputs, plan, replan };
}

/** The plan of a golden case, as it is read from a file. @param name without its ending */
export async function planOfCase(broker: string, name: string): Promise<Plan> {
  const path = join(import.meta.dirname, '..', 'cases', broker, `${name}.txt`);
  const { plan } = await runCase(parseCase(readFileSync(path, 'utf8')), broker);
  if (!plan) throw new Error(`${name} makes no plan`);
  return JSON.parse(JSON.stringify(plan)) as Plan;
}

/** Puts live resources into the order in which a broker lists them. */
type Arrange = (live: Resource[]) => Resource[];

interface LoadedCase extends Pick<CaseResult, 'replan'> {
  readonly options: CaseOptions;
  readonly checked: Checked;
}

/** Loads the files of a case, of which several plans can be made. */
function loadCase(file: CaseFile, broker: string): LoadedCase {
  const options = JSON.parse(file.parts.get('options') ?? '{}') as CaseOptions;
  const checked = inFolder(projectFiles(file, broker), (directory) => checkIn(directory, options));
  if (hasErrors(checked) || !file.parts.has('live')) {
    return { options, checked, replan: async () => undefined };
  }
  const live = declaredLive(file, broker, options);
  const base = file.parts.has('base') && { base: baseOf(file, broker, options) };
  const replan = (arrange: Arrange) =>
    planStates(checked, liveStates({ file, options, checked, declared: live, arrange }), {
      targets: options.targets ?? [],
      excludes: options.excludes ?? [],
      prune: options.prune ?? false,
      allow: options.allow ?? [],
      moves: options.moves ?? [],
      ...base,
      now: () => NOW,
    });
  return { options, checked, replan };
}

function hasErrors({ diagnostics }: Checked): boolean {
  return diagnostics.some(({ severity }) => severity === 'error');
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

function projectFiles(file: CaseFile, broker: string): Record<string, string> {
  const written = [...file.parts].filter(([name]) => name.endsWith('.yaml'));
  return { 'brokerform.yaml': PLAIN_CONFIG[broker] ?? '', ...Object.fromEntries(written) };
}

function baseOf(file: CaseFile, broker: string, options: CaseOptions): CheckedSide {
  return { ref: 'main', checked: checkPart(file, broker, 'base', options) };
}

/** What the `live` part declares, in no environment. */
function declaredLive(file: CaseFile, broker: string, { environment: _, ...options }: CaseOptions): Checked {
  return checkPart(file, broker, 'live', options);
}

/** Another topology of the same project. */
function checkPart(file: CaseFile, broker: string, part: string, options: CaseOptions): Checked {
  const config = projectFiles(file, broker)['brokerform.yaml'] ?? '';
  const files = { 'brokerform.yaml': config, [`${part}.yaml`]: file.parts.get(part) ?? '' };
  return inFolder(files, (directory) => checkIn(directory, options));
}

function checkIn(directory: string, options: CaseOptions): Checked {
  const { environment, variables = {} } = options;
  return check({ directory, env: variables, ...(environment !== undefined && { environment }) });
}

interface LiveInput {
  readonly file: CaseFile;
  readonly options: CaseOptions;
  readonly checked: Checked;
  readonly declared: Checked;
  readonly arrange: Arrange;
}

/** What the `live` part declares, as a broker would tell it: completed, without places, with counts. */
function liveStates({ file, options, checked, declared, arrange }: LiveInput): Map<string, LiveState> {
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

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nats } from '../../../src/brokers/nats/index.ts';
import { completeSides } from '../../../src/diff/index.ts';
import {
  type Address,
  type BrokerIdentity,
  type Context,
  type Diagnostic,
  type JsonObject,
  type Plan,
  printJson,
  type Resource,
} from '../../../src/model/index.ts';
import { buildPlan } from '../../../src/plan/index.ts';
import { planBroker } from '../../../src/workflow/broker-plan.ts';
import { check } from '../../../src/workflow/index.ts';

/** The lines whose behaviour is known: one for each that changed something. */
export const VERSIONS = ['2.9.10', '2.10.27', '2.11.0', '2.12.0', '2.14.0', '2.15.1'] as const;

const API_LEVELS: Record<string, number> = { '2.11.0': 1, '2.12.0': 2, '2.14.0': 4, '2.15.1': 5 };

export function server(version: string = '2.15.1', facts: JsonObject = {}): BrokerIdentity {
  return {
    name: 'edge',
    type: 'nats',
    id: 'test',
    version,
    facts: { apiLevel: API_LEVELS[version] ?? 0, serverLimits: NO_LIMITS, ...facts },
  };
}

/** A server whose limits were asked for, and which has none. */
const NO_LIMITS = { duplicate_window: 0, max_ack_pending: 0, max_batch: 0 };

/** Both sides completed. */
export function sides(
  broker: BrokerIdentity,
  desired: readonly Resource[],
  live: readonly Resource[] = [],
): Context {
  return completeSides({ broker }, desired, live, nats.kinds);
}

export function completed(
  broker: BrokerIdentity,
  resource: Resource,
  others: readonly Resource[] = [],
  live: readonly Resource[] = [],
): JsonObject {
  return sides(broker, [resource, ...others], live).desired.get(resource.address)?.spec ?? {};
}

/** What the server would list: the completed resource, without what the tool alone knows of it. */
export function asLive(
  broker: BrokerIdentity,
  resources: readonly Resource[],
  metrics?: JsonObject,
): Resource[] {
  return [...sides(broker, resources).desired.values()].map(({ address, spec, dependsOn }) => ({
    address,
    spec,
    dependsOn,
    ...(metrics && { metrics }),
  }));
}

export interface PlanOptions {
  readonly retired?: readonly Address[];
  readonly allow?: readonly string[];
}

/** Plans desired against live resources through the neutral stages. */
export async function plan(
  broker: BrokerIdentity,
  desired: readonly Resource[],
  live: readonly Resource[],
  { retired = [], allow = [] }: PlanOptions = {},
): Promise<Plan> {
  const part = await planBroker({
    provider: nats,
    live: {
      broker,
      read: async () => live.map(({ metrics: _, ...resource }) => resource),
      readMetrics: async () =>
        new Map(live.flatMap(({ address, metrics }) => (metrics ? [[address, metrics]] : []))),
    },
    desired,
    retired,
    owns: [],
    prune: false,
    targets: [],
    excludes: [],
    allow,
    now: () => new Date('2026-01-02T03:04:05Z'),
  });
  return buildPlan({
    tool: 'test',
    project: 'test',
    environment: undefined,
    createdAt: '2026-01-02T03:04:05Z',
    brokers: [broker],
    steps: [part],
    rules: { allow, protect: [] },
    inSync: part.inSync,
    unmanaged: part.unmanaged,
    excluded: part.excluded,
  });
}

export interface Checked {
  readonly diagnostics: readonly Diagnostic[];
  readonly codes: readonly string[];
  readonly resources: readonly Resource[];
}

/** Loads, validates and lints the body of a `nats` section, or a whole file, as `validate` does. */
export function checkSection(section: string | JsonObject, targetVersion?: string): Checked {
  const directory = mkdtempSync(join(tmpdir(), 'brokerform-nats-'));
  try {
    const broker = { type: 'nats', servers: ['nats://localhost'], 'target-version': targetVersion };
    const config = { project: 'p', topologies: ['t.yaml'], brokers: { edge: broker } };
    writeFileSync(join(directory, 'brokerform.yaml'), JSON.stringify(config));
    const text =
      typeof section === 'string'
        ? section.startsWith('nats:')
          ? section
          : `nats:\n${section.replaceAll(/^(?=.)/gm, '  ')}`
        : printJson({ nats: section });
    writeFileSync(join(directory, 't.yaml'), text);
    const { diagnostics, brokers } = check({ directory, env: {} });
    const resources = brokers.get('edge')?.desired ?? [];
    return { diagnostics, codes: diagnostics.map(({ code }) => code), resources };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

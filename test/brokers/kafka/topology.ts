import type { KafkaFacts } from '../../../src/brokers/kafka/facts.ts';
import { kafka } from '../../../src/brokers/kafka/index.ts';
import { completeSides, diffResources } from '../../../src/diff/index.ts';
import type {
  BrokerIdentity,
  Change,
  Context,
  JsonObject,
  Resource,
  Step,
} from '../../../src/model/index.ts';
import { buildSteps } from '../../../src/plan/index.ts';
import { declaring } from '../declaring.ts';
export const { declareYaml, declareFiles } = declaring(kafka);

/** Three brokers, each in a rack of its own. */
export const THREE: Partial<KafkaFacts> = {
  brokers: [1, 2, 3].map((id) => ({ id, rack: `r${id}` })),
};

export function broker(facts: Partial<KafkaFacts> = THREE, version = '4.3'): BrokerIdentity {
  return { name: 'kafka', type: 'kafka', id: 'test', version, facts: facts as JsonObject };
}

/** What the YAML would change on a cluster that has these resources: changes, and the steps of a plan. */
export function planYaml(yaml: string, live: readonly Resource[], identity = broker()) {
  const { resources, findings } = declareYaml(yaml);
  if (findings.length > 0) throw new Error(findings.join('\n'));
  const context = completeSides({ broker: identity }, resources, live, kafka.kinds);
  const { changes, inSync } = diffResources({
    ...{ context, kinds: kafka.kinds, retired: [], owns: [], prune: false },
  });
  const { steps } = stepsOf(changes, context);
  return { context, changes, steps, inSync };
}

export function stepsOf(changes: readonly Change[], context: Context, isAllowed = false) {
  return buildSteps({
    ...{ context, kinds: kafka.kinds, changes, readAt: '2026-03-04T12:03:11Z', isAllowed: () => isAllowed },
  });
}

/** A live topic as a session reads it: configs as text, all set on the topic unless `sources` says otherwise. */
export function liveTopic(
  name: string,
  replicas: readonly (readonly number[])[],
  configs: Readonly<Record<string, string>> = {},
  more: { sources?: JsonObject; metrics?: JsonObject; spec?: JsonObject } = {},
): Resource {
  const factors = [...new Set(replicas.map((ids) => ids.length))].sort();
  const own = Object.fromEntries(Object.keys(configs).map((key) => [key, { origin: 'topic' }]));
  return {
    address: `kafka/topic/${name}`,
    spec: {
      partitions: replicas.length,
      'replication-factor': factors.length === 1 ? (factors[0] ?? 0) : factors,
      replicas: Object.fromEntries(replicas.map((ids, i) => [String(i), ids])),
      ...Object.fromEntries(Object.entries(configs).map(([key, value]) => [`configs.${key}`, value])),
      sources: { ...own, ...more.sources },
      ...more.spec,
    },
    dependsOn: [],
    ...(more.metrics && { metrics: more.metrics }),
  };
}

/** The only step of a plan. */
export function stepOf({ steps }: { steps: readonly Step[] }): Step {
  const [step, ...more] = steps;
  if (!step || more.length > 0) throw new Error(`${steps.length} steps`);
  return step;
}

export const risksOf = (step: Step) => step.risks.map((risk) => `${risk.class} ${risk.code}`);
export const linesOf = (step: Step) =>
  step.fields.map(({ name, before, after }) => `${name}: ${before} → ${after}`);
export const bodiesOf = (step: Step) => step.calls.map(({ op, body }) => [op, body]);

export const topicYaml = (body: string) => `kafka: { topics: { t: ${body} } }`;
export const one = [[1, 2, 3]] as const;
export const full = [
  [1, 2, 3],
  [2, 3, 1],
] as const;

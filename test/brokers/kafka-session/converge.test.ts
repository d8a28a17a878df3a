import { beforeEach, describe, expect, inject, test } from 'vitest';
import { applyPlan } from '../../../src/apply/index.ts';
import { kafka } from '../../../src/brokers/kafka/index.ts';
import { connect } from '../../../src/brokers/kafka/session/index.ts';
import type { ApplyReport, Plan, Session } from '../../../src/model/index.ts';
import { buildPlan } from '../../../src/plan/index.ts';
import { planBroker } from '../../../src/workflow/broker-plan.ts';
import { targetOf } from '../../../src/workflow/broker-target.ts';
import { declareYaml } from '../kafka/topology.ts';
import { fresh } from './support.ts';

const shared = inject('kafka');
const now = () => new Date();

interface Wish {
  readonly yaml: string;
  readonly retired?: readonly string[];
}

async function planWish(session: Session, { yaml, retired = [] }: Wish): Promise<Plan> {
  const { resources, findings } = declareYaml(yaml);
  expect(findings).toEqual([]);
  const allow = ['disruptive:**', 'destructive:**'];
  const part = await planBroker({
    ...{ provider: kafka, live: session, desired: resources, retired, owns: [], prune: false },
    ...{ targets: [], excludes: [], allow, now },
  });
  return buildPlan({
    ...{ tool: 'brokerform test', project: 'test', environment: undefined, createdAt: now().toISOString() },
    ...{ brokers: [part.broker], steps: [part], rules: { allow, protect: [] } },
    ...{ inSync: part.inSync, unmanaged: part.unmanaged, excluded: part.excluded },
  });
}

function applyTo(session: Session, plan: Plan): Promise<ApplyReport> {
  return applyPlan({
    plan,
    targets: new Map([[session.broker.name, targetOf(session, kafka, plan, now)]]),
    onError: 'continue',
    drain: new AbortController().signal,
    abort: new AbortController().signal,
    now,
  });
}

describe.each(['old', 'current'] as const)('from YAML to the %s Kafka', (line) => {
  let bootstrap: string[] = [];

  beforeEach((context) => {
    context.skip(!shared[line], shared.skipped[line]);
    bootstrap = [...(shared[line]?.bootstrap ?? [])];
  });

  test('one topology, another one, and back: each plans to nothing once it is applied', async () => {
    const settings = { bootstrap };
    const resolve = () => 'a secret';
    const session = await connect({ name: 'kafka', type: 'kafka', settings, resolve, timeout: 20_000 });
    const [one, two, alice] = [fresh('one'), fresh('two'), fresh('alice')];
    const first: Wish = {
      yaml: `
kafka:
  topics:
    ${one}:
      partitions: 3
      replication-factor: 1
      configs: { retention.ms: 7d, cleanup.policy: [delete, compact], min.cleanable.dirty.ratio: 0.25 }
    ${two}: { partitions: 1, replication-factor: 2, configs: { segment.bytes: 16MiB } }
  acls:
    "User:${alice}": { produces: ["${one}"], consumes: ["${one}"], groups: ["${alice}*"] }
  quotas:
    - { user: "${alice}", producer_byte_rate: 1MiB, request_percentage: 12.5 }
  users:
    ${alice}: { scram-sha-256: { password: "\${PW:-secret}" } }
`,
    };
    const second: Wish = {
      yaml: `
kafka:
  topics:
    ${one}:
      partitions: 5
      replication-factor: 3
      configs: { retention.ms: 1h, cleanup.policy: delete, min.cleanable.dirty.ratio: null, max.message.bytes: 2MiB }
  quotas:
    - { user: "${alice}", producer_byte_rate: 2MiB }
`,
      retired: [`kafka/topic/${two}`],
    };
    const third: Wish = {
      yaml: `
kafka:
  topics:
    ${one}: { partitions: 5, replication-factor: 2, configs: { max.message.bytes: null } }
    ${two}: { partitions: 2, replication-factor: 3 }
`,
    };
    try {
      for (const wish of [first, second, third, first]) {
        if (wish === first && (await planWish(session, first)).blockers.length > 0) {
          // Fewer partitions are refused at plan time.
          continue;
        }
        const plan = await planWish(session, wish);
        expect(plan.blockers).toEqual([]);
        const report = await applyTo(session, plan);
        expect(report.steps.filter(({ status }) => status !== 'applied')).toEqual([]);
        expect((await planWish(session, wish)).waves).toEqual([]);
      }
    } finally {
      await session.close();
    }
  }, 120_000);
});

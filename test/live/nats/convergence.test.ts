import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalNats, startNats } from '../../../local/nats.ts';
import { type JsonObject, printJson } from '../../../src/model/index.ts';
import { LiveProject } from '../project.ts';
import { describeLines } from './lines.ts';
import { PlainServer } from './plain.ts';
import { type GeneratedTopology, topologies } from './topologies.ts';

/** More of them, or another seed, by environment: BROKERFORM_RUNS=200 BROKERFORM_SEED=7. */
const RUNS = Number(process.env.BROKERFORM_RUNS ?? 10);
const SEED = Number(process.env.BROKERFORM_SEED ?? 20_260_101);

const TAKES_TWO = new Set(['subject-swap', 'subject-taken', 'filter-swap', 'consumers-over-limit']);

describeLines(
  (line) => {
    let nats: LocalNats;
    let fresh: LocalNats;
    let server: PlainServer;
    let pristine: PlainServer;
    let project: LiveProject;
    beforeAll(async () => {
      [nats, fresh] = await Promise.all([startNats(line), startNats(line)]);
      server = await PlainServer.connect(nats.url);
      pristine = await PlainServer.connect(fresh.url);
      project = new LiveProject({
        brokers: { main: { type: 'nats', servers: [nats.url] } },
        owns: { main: ['**'] },
      });
    });
    afterAll(async () => {
      project?.remove();
      await Promise.all([server?.close(), pristine?.close()]);
      await Promise.all([nats?.stop(), fresh?.stop()]);
    });

    test('apply A, apply B: the plan is empty, and the server lists what B makes on a server of its own', async () => {
      const actions = new Set<string>();
      await fc.assert(
        fc.asyncProperty(topologies(line), topologies(line), async (a, b) => {
          await converge(a, actions);
          await converge(b, actions);
        }),
        { numRuns: RUNS, seed: SEED, endOnFailure: true },
      );
      expect([...actions].sort()).toEqual(['create', 'delete', 'replace', 'update']);
    }, 600_000);

    async function converge(topology: GeneratedTopology, actions: Set<string>): Promise<void> {
      const checked = project.check(yamlOf(topology));
      const options = { prune: true, allow: ['destructive:**'] };
      let plan = await project.plan(checked, options);
      // What a server cannot do in place, and the plan says so: streams that swap subjects, limits below consumers.
      if (plan.blockers.some(({ risk }) => TAKES_TWO.has(risk.code))) {
        await server.clear();
        plan = await project.plan(checked, options);
      }
      expect(plan.blockers).toEqual([]);
      for (const step of plan.waves.flat()) actions.add(step.action);
      const report = await project.apply(checked, plan);
      expect(report.steps.filter(({ status }) => status !== 'applied')).toEqual([]);
      const again = await project.plan(checked, options);
      expect(again.waves.flat().map((step) => [step.action, step.address, step.fields])).toEqual([]);
      await make(topology, pristine);
      expect(await server.listing()).toEqual(await pristine.listing());
    }
  },
  { title: 'from any topology to any other' },
);

function yamlOf({ streams, consumers, buckets }: GeneratedTopology): string {
  const bodies = Object.entries(streams).map(([name, body]) => [
    name,
    { ...body, consumers: consumers[name] ?? {} },
  ]);
  return printJson({ nats: { streams: Object.fromEntries(bodies), 'key-value': buckets } });
}

/** Makes the topology on an empty server by plain requests that say no more than the topology does. */
async function make({ streams, consumers, buckets }: GeneratedTopology, server: PlainServer): Promise<void> {
  await server.clear();
  const originsFirst = Object.entries(streams).sort(
    ([, a], [, b]) => Number('mirror' in a) - Number('mirror' in b),
  );
  for (const [name, body] of originsFirst) await server.demand(`STREAM.CREATE.${name}`, { name, ...body });
  for (const [stream, own] of Object.entries(consumers)) {
    for (const [name, body] of Object.entries(own)) {
      // The API's own default is to acknowledge nothing, which nobody means.
      const config = { name, durable_name: name, ack_policy: 'explicit', ...body };
      await server.demand(`CONSUMER.DURABLE.CREATE.${stream}.${name}`, { stream_name: stream, config });
    }
  }
  for (const [name, body] of Object.entries(buckets)) {
    await server.demand(`STREAM.CREATE.KV_${name}`, bucketStream(name, body));
  }
}

/** The stream of a bucket as ADR-8 has it. */
function bucketStream(name: string, { history, ttl, ...rest }: JsonObject): JsonObject {
  return {
    ...rest,
    name: `KV_${name}`,
    subjects: [`$KV.${name}.>`],
    max_msgs_per_subject: history ?? 1,
    ...(ttl !== undefined && { max_age: ttl }),
    discard: 'new',
    allow_rollup_hdrs: true,
    deny_delete: true,
    allow_direct: true,
  };
}

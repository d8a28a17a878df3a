import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toSections } from '../../../src/brokers/nats/kinds/index.ts';
import { type JsonObject, printJson } from '../../../src/model/index.ts';
import { everything, withSession } from '../../brokers/nats-session/open.ts';
import { consumerEdges, type Edge, streamEdges } from './edge-values.ts';
import { describeLines } from './lines.ts';
import { ownServer } from './own-server.ts';

/** More of them, or another seed, by environment. */
const RUNS = Number(process.env.BROKERFORM_RUNS ?? 5);
const SEED = Number(process.env.BROKERFORM_SEED ?? 20_260_101);

/** Before 2.14 servers take and keep negative durations and counts, which no topology can say. */
function isWritable([name]: Edge): boolean {
  return !/ (neg|-5)$/.test(name);
}

describeLines(
  (line) => {
    const own = ownServer(line);

    /** Merges bodies at random, so that fields meet; whatever the server takes must come back from an import. */
    const merged = (bodies: readonly JsonObject[]) =>
      fc
        .subarray([...bodies], { minLength: 1, maxLength: 3 })
        .map((some): JsonObject => Object.assign({}, ...some));

    test('whatever a server takes is imported to an empty plan', async () => {
      let taken = 0;
      const streams = streamEdges.filter(isWritable).map(([, body]) => body);
      const consumers = consumerEdges.filter(isWritable).map(([, body]) => body);
      await fc.assert(
        fc.asyncProperty(
          fc.array(merged(streams), { minLength: 1, maxLength: 12 }),
          fc.array(merged(consumers), { maxLength: 12 }),
          async (someStreams, someConsumers) => {
            await own.server.clear();
            await own.server.demand('STREAM.CREATE.O', { name: 'O', subjects: ['o.>'], storage: 'memory' });
            for (const [i, body] of someStreams.entries()) {
              const subjects = body.mirror ? {} : { subjects: [`x${i}.>`] };
              const config = { ...body, ...subjects, storage: 'memory', name: `X${i}` };
              if (!(await own.server.request(`STREAM.CREATE.X${i}`, config)).error) taken++;
            }
            for (const [i, body] of someConsumers.entries()) {
              // One that nobody uses must still be there for the plan.
              const stays = body.inactive_threshold === undefined ? {} : { inactive_threshold: 3600e9 };
              const config = {
                ack_policy: 'explicit',
                ...body,
                ...stays,
                name: `c${i}`,
                durable_name: `c${i}`,
              };
              const subject = `CONSUMER.DURABLE.CREATE.O.c${i}`;
              if (!(await own.server.request(subject, { stream_name: 'O', config })).error) taken++;
            }
            await withSession({ servers: [own.nats.url] }, async (session) => {
              const [file] = toSections(await session.read(everything), session.broker);
              const plan = await own.project.plan(
                own.project.check(printJson({ nats: file?.section ?? {} })),
              );
              expect(plan.waves.flat().map(({ address, fields }) => [address, fields])).toEqual([]);
            });
          },
        ),
        { numRuns: RUNS, seed: SEED, endOnFailure: true },
      );
      expect(taken).toBeGreaterThan(RUNS);
    }, 300_000);
  },
  { title: 'import of whatever there is' },
);

import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { startNats } from '../../../local/nats.ts';
import { describeLines } from './lines.ts';
import { PlainServer } from './plain.ts';
import { routedMessages, routedTopologies } from './routed-topologies.ts';
import { routingTrial } from './routing-trial.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

describeLines(
  (line) => {
    test('the router says where each message comes to rest, and who receives it', async () => {
      const nats = await startNats(line);
      ends.push(nats.stop);
      const server = await PlainServer.connect(nats.url);
      ends.push(() => server.close());
      for (const [i, topology] of fc.sample(routedTopologies(line), { numRuns: 3, seed: 1 }).entries()) {
        const messages = fc.sample(routedMessages(line, topology), { numRuns: 100, seed: i });
        const trial = await routingTrial(server, nats.url, topology, messages);
        expect(trial.disagreements, JSON.stringify(topology, null, 1)).toEqual([]);
      }
    });
  },
  { title: 'routing' },
);

import fc from 'fast-check';
import { type NatsLine, natsLines, startNats } from '../local/nats.ts';
import { PlainServer } from '../test/live/nats/plain.ts';
import { routedMessages, routedTopologies } from '../test/live/nats/routed-topologies.ts';
import { routingTrial } from '../test/live/nats/routing-trial.ts';
import type { Figure, Section } from './report.ts';

/** On each line. */
const MESSAGES = 100_000;
/** On each random topology. */
const PER_TOPOLOGY = 500;

/** The router against real servers of each line: where many random messages come to rest, and who receives them. */
export async function benchNatsRouting(): Promise<Section> {
  const seed = Date.now() % 2 ** 31;
  const versions: string[] = [];
  const figures: Figure[] = [];
  for (const line of natsLines) {
    const run = await compareLine(line, seed);
    versions.push(`NATS ${run.version}`);
    figures.push(...run.figures);
  }
  return {
    title: 'Routing, NATS',
    about: `Random accounts of six streams (own subjects, mirrors and sources with filters and transforms, subject transforms
with every function, republish, each retention) and their consumers (filters, pull, push to clients and into other
streams), with ${PER_TOPOLOGY} random messages each. For every message, the router's answer is compared with the copies that the server's streams
hold, with their subjects, and with what its consumers receive.`,
    with: [...versions, `seed ${seed}`],
    figures,
  };
}

async function compareLine(line: NatsLine, seed: number): Promise<{ version: string; figures: Figure[] }> {
  const nats = await startNats(line);
  const server = await PlainServer.connect(nats.url);
  const start = performance.now();
  let [messages, places, deliveries, topologies, disagreements] = [0, 0, 0, 0, 0];
  try {
    for (; messages < MESSAGES; topologies++) {
      const own = { numRuns: 1, seed: seed + topologies };
      const [topology] = fc.sample(routedTopologies(line), own);
      if (!topology) break;
      const published = fc.sample(routedMessages(line, topology), { ...own, numRuns: PER_TOPOLOGY });
      const trial = await routingTrial(server, nats.url, topology, published);
      messages += trial.messages;
      places += trial.places;
      deliveries += trial.deliveries;
      disagreements += trial.disagreements.length;
      for (const one of trial.disagreements.slice(0, 1)) {
        console.error(`${line}, seed ${seed + topologies}: ${one}\n${JSON.stringify(topology)}`);
      }
    }
  } finally {
    await server.close();
    await nats.stop();
  }
  const count = (value: number) => value.toLocaleString('en-US');
  const { version } = nats;
  return {
    version,
    figures: [
      {
        what: `${version}: ${count(messages)} messages in ${count(topologies)} accounts: disagreements`,
        ours: '',
        value: disagreements,
        target: 0,
        unit: '',
      },
      { what: '… copies that came to rest in a stream', ours: '', value: places, unit: '' },
      { what: '… deliveries to consumers', ours: '', value: deliveries, unit: '' },
      {
        what: '… time, the declarations included',
        ours: '',
        value: (performance.now() - start) / 1000,
        unit: ' s',
      },
    ],
  };
}

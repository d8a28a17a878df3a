import fc from 'fast-check';
import { startRabbit } from '../local/rabbitmq.ts';
import { compare } from '../test/live/rabbitmq/routing/proof.ts';
import { randomVhost } from '../test/live/rabbitmq/routing/random-vhost.ts';
import type { Section } from './report.ts';
import type { Settings } from './settings.ts';

const MESSAGES = 100_000;
/** In each random vhost. */
const PER_VHOST = 200;

/** The router against a real broker: the queues in which each of many random messages ends. */
export async function benchRouting({ line }: Settings): Promise<Section> {
  const broker = await startRabbit(line);
  const seed = Date.now() % 2 ** 31;
  const start = performance.now();
  let [compared, copies, deadLettered, vhosts, disagreements] = [0, 0, 0, 0, 0];
  try {
    for (; compared < MESSAGES; vhosts++) {
      const [random] = fc.sample(randomVhost(PER_VHOST), { numRuns: 1, seed: seed + vhosts });
      if (!random) break;
      const proof = await compare(broker, 'bench-routing', random);
      compared += proof.compared;
      copies += proof.copies;
      deadLettered += proof.deadLettered;
      disagreements += proof.disagreements.length;
      for (const one of proof.disagreements.slice(0, 1)) {
        console.error(`seed ${seed + vhosts}: ${JSON.stringify({ ...one, sketch: random.sketch })}`);
      }
    }
  } finally {
    await broker.stop();
  }
  const count = (value: number) => value.toLocaleString('en-US');
  const seconds = (performance.now() - start) / 1000;
  return {
    title: `Routing, RabbitMQ ${line}`,
    about: `Random vhosts (direct, topic, fanout and headers exchanges, exchange bindings with cycles, alternate
exchanges and dead-letter exchanges by argument and by policy, typed headers, CC and BCC, messages that expire and
messages that consumers reject) with ${PER_VHOST} random messages each. For every message, the router's answer is
compared with what a consumer of each queue gets from the broker.`,
    with: [`RabbitMQ ${broker.version}`, `seed ${seed}`],
    figures: [
      {
        what: `${count(compared)} messages in ${count(vhosts)} vhosts: disagreements`,
        ours: '',
        value: disagreements,
        target: 0,
        unit: '',
      },
      {
        what: '… messages that a consumer rejected, or that were dropped in a queue',
        ours: '',
        value: deadLettered,
        unit: '',
      },
      { what: '… copies that came to rest in a queue', ours: '', value: copies, unit: '' },
      { what: '… time, the declarations included', ours: '', value: seconds, unit: ' s' },
    ],
  };
}

import { afterEach, beforeEach, expect, test } from 'vitest';
import { type LocalNats, type NatsLine, startNats } from '../../../../local/nats.ts';
import type { RedriveReport } from '../../../../src/model/index.ts';
import { killsOf, sayings, type Watch, watchBy } from '../../dying.ts';
import { NatsProject } from '../cli-project.ts';
import { DEAD, DeadLetters } from '../dead-letters.ts';
import { describeLines } from '../lines.ts';
import { PlainServer } from '../plain.ts';

const LETTERS = 8;
const COMMAND = ['redrive', `main/stream/${DEAD}`, '--yes', '--report', 'report.json'];

describeLines(
  (line) => {
    let nats: LocalNats;
    let server: PlainServer;
    let dead: DeadLetters;
    let project: NatsProject;

    beforeEach(async () => {
      nats = await startNats(line as NatsLine);
      server = await PlainServer.connect(nats.url);
      dead = new DeadLetters(server);
      project = new NatsProject([nats.url]);
      project.declare({});
    });
    afterEach(async () => {
      project?.removeFolder();
      await server?.close();
      await nats?.stop();
    });

    async function reset(): Promise<void> {
      await dead.reset();
      await dead.stream('ORDERS', { retention: 'workqueue' }, { worker: {} });
      for (let i = 0; i < LETTERS; i++) await dead.publish('orders.a', `order ${i}`);
      await dead.giveUp('ORDERS', 'worker', LETTERS);
    }

    test('at any request: each message is there once, and no dead letter of it is left', async () => {
      const watch: Watch = {
        ports: [Number(URL.parse(nats.url)?.port)],
        pattern: '(?<=^|\\r\\n)H?PUB ',
      };
      const orders = Array.from({ length: LETTERS }, (_, i) => `order ${i}`);
      await reset();
      const requests = await sayings(project, watch, ...COMMAND);
      const kills = Math.min(requests, killsOf(3));
      for (let i = 0; i < kills; i++) {
        const count = 1 + Math.floor(((i + 0.5) * requests) / kills);
        await reset();
        watchBy(project, { ...watch, count });
        const killed = await project.run(...COMMAND);
        watchBy(project);
        // What is gone by then is only told: its copy is there, and the message was removed before its advisory.
        await project.run(...COMMAND);
        const { counts } = JSON.parse(project.read('report.json')) as RedriveReport;
        expect({
          ...{ count, signal: killed.signal, unconfirmed: counts.unconfirmed },
          ...{
            messages: (await dead.payloads('ORDERS')).sort(),
            left: (await dead.count(DEAD)) - counts.kept,
          },
          sequences: Number((await dead.state('ORDERS')).last_seq),
        }).toEqual({
          ...{ count, signal: 'SIGKILL', unconfirmed: 0, messages: orders, left: 0 },
          sequences: 2 * LETTERS,
        });
      }
      console.log(`NATS ${line}: ${kills} kills at ${requests} requests`);
    }, 3_600_000);
  },
  { title: 'a redrive that is killed', lines: ['old', 'current'] },
);

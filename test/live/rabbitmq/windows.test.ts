import amqp, { type ConfirmChannel } from 'amqplib';
import { afterAll, describe, expect, it } from 'vitest';
import { type JsonObject, makeAddress, type Plan } from '../../../src/model/index.ts';
import { LiveProject } from '../project.ts';
import { sharedBroker, vhostOfTest } from './cli-project.ts';
import { Management } from './management.ts';

/** What became of the messages of a publisher that never stops. */
interface Traffic {
  readonly confirmed: number;
  /** Confirmed, and sent back as unroutable. */
  readonly returned: number;
  /** Channels that the broker closed with 404. */
  readonly notFound: number;
}

for (const line of ['old', 'current'] as const) {
  const { url, management, version, missing } = sharedBroker(line);
  describe.skipIf(missing)(`RabbitMQ ${version}: messages under way during a change`, () => {
    const broker = new Management(management);
    const project = new LiveProject({ brokers: { main: { type: 'rabbitmq', url, management } } });
    const vhost = vhostOfTest(broker);

    afterAll(() => project.remove());

    const connect = () => amqp.connect(`${url}/${encodeURIComponent(vhost.name)}`);
    const address = (kind: string, ...path: string[]) => makeAddress('main', kind, vhost.name, ...path);

    async function planOf(
      body: JsonObject,
      retired: readonly string[] = [],
    ): Promise<[Plan, () => Promise<void>]> {
      const checked = project.check({ rabbitmq: { vhosts: { [vhost.name]: body } }, retired: [...retired] });
      const plan = await project.plan(checked, { allow: ['destructive:**'] });
      const apply = async () => {
        const report = await project.apply(checked, plan);
        expect(report.steps.filter(({ status }) => status !== 'applied')).toEqual([]);
      };
      return [plan, apply];
    }

    const risksOf = (plan: Plan, at: string) =>
      plan.waves
        .flat()
        .find((step) => step.address === at)
        ?.risks.map(({ message }) => message)
        .join('\n');

    /** Publishes to `events` as fast as it gets confirms, while the work goes on and a little before and after. */
    async function during(work: () => Promise<void>): Promise<Traffic> {
      const connection = await connect();
      connection.on('error', () => {});
      const count = { confirmed: 0, returned: 0, notFound: 0 };
      let ended = false;
      const open = async (): Promise<ConfirmChannel> => {
        const channel = await connection.createConfirmChannel();
        channel.on('error', () => count.notFound++);
        channel.on('return', () => count.returned++);
        return channel;
      };
      let channel = await open();
      const publisher = (async () => {
        while (!ended) {
          try {
            await new Promise<void>((resolve, reject) => {
              const options = { mandatory: true };
              channel.publish('events', 'k', Buffer.from('x'), options, (error) =>
                error ? reject(error) : resolve(),
              );
            });
            count.confirmed++;
          } catch {
            channel = await open();
          }
        }
      })();
      const aMoment = async () => {
        const goal = count.confirmed + 50;
        while (count.confirmed < goal) await new Promise((resolve) => setTimeout(resolve, 5));
      };
      await aMoment();
      await work();
      await aMoment();
      ended = true;
      await publisher;
      await connection.close();
      return count;
    }

    async function held(...queues: string[]): Promise<number> {
      const connection = await connect();
      const channel = await connection.createChannel();
      let sum = 0;
      for (const queue of queues) sum += (await channel.checkQueue(queue)).messageCount;
      await connection.close();
      return sum;
    }

    it('a binding that moves to another queue: none is lost, some may arrive twice', async () => {
      const events = { exchanges: { events: { type: 'topic' } } };
      const bound = { bindings: [{ from: 'events', key: 'k' }] };
      await (await planOf({ ...events, queues: { a: bound, b: {} } }))[1]();
      const old = address('binding', 'events', 'queue', 'a', 'k');
      const [plan, apply] = await planOf({ ...events, queues: { a: {}, b: bound } }, [old]);
      expect(risksOf(plan, old)).toContain('may arrive at both, none are lost');
      const { confirmed, returned, notFound } = await during(apply);
      expect({ returned, notFound }).toEqual({ returned: 0, notFound: 0 });
      expect(await held('a', 'b')).toBeGreaterThanOrEqual(confirmed);
    });

    it('a busy queue that is replaced: what is lost was counted, or comes back as unroutable', async () => {
      const events = { exchanges: { events: { type: 'topic' } } };
      const bindings = [{ from: 'events', key: 'k' }];
      await (await planOf({ ...events, queues: { q: { type: 'classic', bindings } } }))[1]();
      const [plan, apply] = await planOf({ ...events, queues: { q: { type: 'quorum', bindings } } });
      expect(risksOf(plan, address('queue', 'q'))).toContain(
        'until it is re-created and bound are unroutable',
      );
      const { confirmed, returned, notFound } = await during(apply);
      expect(notFound).toBe(0);
      const kept = await held('q');
      expect(kept).toBeGreaterThan(0);
      // The rest was in the queue when it was deleted, or came back.
      expect(confirmed - returned - kept).toBeGreaterThan(0);
    });

    it('an exchange that is replaced: 404 for a moment, and nothing is unroutable', async () => {
      const queues = Object.fromEntries(
        Array.from({ length: 30 }, (_, i) => [
          `q${i}`,
          { bindings: [{ from: 'events', key: i === 29 ? 'k' : `${i}` }] },
        ]),
      );
      await (await planOf({ exchanges: { events: { type: 'direct' } }, queues }))[1]();
      const [plan, apply] = await planOf({ exchanges: { events: { type: 'topic' } }, queues });
      const told = risksOf(plan, address('exchange', 'events'));
      expect(told).toContain('publishers get 404 until it is re-declared');
      expect(told).toContain('a second exchange keeps 30 bindings in force meanwhile');
      const { confirmed, returned } = await during(apply);
      expect(returned).toBe(0);
      expect(await held('q29')).toBe(confirmed);
    });
  });
}

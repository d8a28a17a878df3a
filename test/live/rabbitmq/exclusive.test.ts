import amqp, { type Channel, type ChannelModel } from 'amqplib';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type JsonObject, makeAddress, type Plan, StalePlan } from '../../../src/model/index.ts';
import { LiveProject } from '../project.ts';
import { sharedBroker, vhostOfTest } from './cli-project.ts';
import { Management } from './management.ts';

for (const line of ['old', 'current'] as const) {
  const { url, management, version, missing } = sharedBroker(line);
  describe.skipIf(missing)(`RabbitMQ ${version}: exclusive queues of connected clients`, () => {
    const broker = new Management(management);
    const project = new LiveProject({ brokers: { main: { type: 'rabbitmq', url, management } } });
    const vhost = vhostOfTest(broker);
    let client: ChannelModel;
    let channel: Channel;

    beforeEach(async () => {
      client = await amqp.connect(`${url}/${encodeURIComponent(vhost.name)}`);
      channel = await client.createChannel();
    });
    afterEach(async () => {
      await client.close().catch(() => {});
    });
    afterAll(() => project.remove());

    async function planOf(body: JsonObject, retired: readonly string[] = []): Promise<Plan> {
      const checked = project.check({ rabbitmq: { vhosts: { [vhost.name]: body } }, retired: [...retired] });
      return project.plan(checked, { allow: ['destructive:**'] });
    }

    async function apply(body: JsonObject) {
      const checked = project.check({ rabbitmq: { vhosts: { [vhost.name]: body } } });
      return project.apply(checked, await project.plan(checked, { allow: ['destructive:**'] }));
    }

    const queues = { mine: { type: 'classic', bindings: [{ from: 'events', key: 'k' }] } };

    async function subscribe(name: string, options: amqp.Options.AssertQueue): Promise<string> {
      const { queue } = await channel.assertQueue(name, options);
      await channel.bindQueue(queue, 'events', 'k');
      await channel.consume(queue, () => {});
      return queue;
    }

    it('block the replacement of an exchange that they are bound to, and are named with their connections', async () => {
      await apply({ exchanges: { events: { type: 'direct' } }, queues });
      const named = await subscribe('worker-7', { exclusive: true });
      const generated = await subscribe('', { exclusive: true });
      await subscribe('automatic', { autoDelete: true });
      // The broker tells the connection with its statistics, some seconds later.
      await expect
        .poll(async () => broker.request('GET', ['queues', vhost.name, named]), {
          timeout: 15_000,
          interval: 250,
        })
        .toMatchObject({ owner_pid_details: { name: expect.any(String) } });
      const plan = await planOf({ exchanges: { events: { type: 'topic' } }, queues });
      const [step] = plan.waves.flat();
      expect(plan.blockers.map(({ risk }) => [risk.class, risk.code])).toEqual([
        ['refused', 'exclusive-bound'],
      ]);
      const text = plan.blockers[0]?.risk.message;
      expect(text).toContain('2 exclusive queues');
      expect(text).toContain(named);
      expect(text).toContain(generated);
      expect(text).toMatch(/of connection "127\.0\.0\.1:\d+ -> 127\.0\.0\.1:\d+"/);
      const outcomes = Object.fromEntries(step?.dependents.map((one) => [one.address, one.outcome]) ?? []);
      const binding = (queue: string) =>
        makeAddress('main', 'binding', vhost.name, 'events', 'queue', queue, 'k');
      expect(outcomes).toEqual({
        [binding('mine')]: 'recreated',
        [binding('automatic')]: 'recreated',
        [binding(named)]: 'removed',
        [binding(generated)]: 'removed',
      });

      const retired = makeAddress('main', 'exchange', vhost.name, 'events');
      const deletion = await planOf({ queues: { mine: { type: 'classic' } } }, [retired]);
      expect(deletion.waves.flat()[0]?.risks.map(({ code }) => code)).toContain('exclusive-unbound');

      await client.close();
      const report = await apply({ exchanges: { events: { type: 'topic' } }, queues });
      expect(report.steps.map(({ status }) => status)).toEqual(['applied']);
    });

    it('that come after the plan make it stale, and keep their bindings', async () => {
      await apply({ exchanges: { events: { type: 'direct' } }, queues });
      // Of others, before and after it in the order of names.
      for (const name of ['a', 'z']) {
        await channel.assertQueue(name, { durable: true });
        await channel.bindQueue(name, 'events', 'k');
      }
      const checked = project.check({
        rabbitmq: {
          vhosts: {
            [vhost.name]: {
              exchanges: { events: { type: 'topic' } },
              queues: { ...queues, fresh: { bindings: [{ from: 'events', key: 'k' }] } },
            },
          },
        },
      });
      // Planned while the queue is anybody's, applied when a client has it for itself.
      await channel.assertQueue('m', { durable: true });
      await channel.bindQueue('m', 'events', 'k');
      const plan = await project.plan(checked);
      await channel.deleteQueue('m');
      await subscribe('m', { exclusive: true, durable: true });
      await expect(project.apply(checked, plan, { onError: 'continue' })).rejects.toThrow(StalePlan);
      const bindings = (await broker.get('bindings', vhost.name)).filter(({ source }) => source === 'events');
      expect(bindings.map(({ destination }) => destination).sort()).toEqual(['a', 'm', 'mine', 'z']);
    });
  });
}

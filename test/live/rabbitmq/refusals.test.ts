import amqp from 'amqplib';
import { afterAll, describe, expect, it } from 'vitest';
import { type JsonObject, makeAddress, type Plan } from '../../../src/model/index.ts';
import { LiveProject } from '../project.ts';
import { sharedBroker, vhostOfTest } from './cli-project.ts';
import { Management } from './management.ts';

for (const line of ['old', 'current'] as const) {
  const { url, management, version, missing } = sharedBroker(line);
  describe.skipIf(missing)(`RabbitMQ ${version}: what the broker refuses`, () => {
    const broker = new Management(management);
    const project = new LiveProject({ brokers: { main: { type: 'rabbitmq', url, management } } });
    const vhost = vhostOfTest(broker);

    afterAll(() => project.remove());

    const address = (kind: string, ...path: string[]) => makeAddress('main', kind, vhost.name, ...path);

    async function planOf(
      body: JsonObject,
      allow: readonly string[] = [],
    ): Promise<[Plan, () => Promise<JsonObject>]> {
      const checked = project.check({ rabbitmq: { vhosts: { [vhost.name]: body } } });
      const plan = await project.plan(checked, { allow });
      const apply = async () => {
        const report = await project.apply(checked, plan);
        return Object.fromEntries(
          report.steps.map((step) => [step.address, [step.status, step.failure?.message ?? step.note ?? '']]),
        );
      };
      return [plan, apply];
    }

    const bindings = async () =>
      (await broker.get('bindings', vhost.name))
        .filter(({ source }) => source !== '')
        .map(({ source, destination }) => `${source} → ${destination}`)
        .sort();

    it('is known by the plan: types, users, ends of bindings', async () => {
      const reader = `reader-${line}`;
      await broker.put(['users', reader], { password: 'x', tags: '' });
      const [plan] = await planOf({
        exchanges: { delayed: { type: 'x-delayed-message', arguments: { 'x-delayed-type': 'topic' } } },
        permissions: { nobody: { read: '.*' }, [reader]: { read: '.*' } },
        queues: { q: { bindings: [{ from: 'nosuch' }, { from: 'amq.fanout' }] } },
      });
      expect(plan.blockers.map((one) => [one.address, one.risk.code])).toEqual([
        [address('binding', 'nosuch', 'queue', 'q', ''), 'need-missing'],
        [address('exchange', 'delayed'), 'exchange-type-missing'],
        [address('permission', 'nobody'), 'need-missing'],
      ]);
      await broker.delete('users', reader);
    });

    it('is tried out before the first deletion, and takes nothing independent down with it', async () => {
      const before = {
        exchanges: { events: { type: 'topic' } },
        queues: {
          bad: { type: 'classic', bindings: [{ from: 'events', key: 'a' }] },
          good: { type: 'classic' },
        },
      };
      await (await planOf(before))[1]();
      await broker.request('POST', ['exchanges', vhost.name, 'amq.default', 'publish'], {
        ...{ properties: {}, routing_key: 'bad', payload: 'precious', payload_encoding: 'string' },
      });
      const [plan, apply] = await planOf(
        {
          exchanges: { events: { type: 'topic' } },
          queues: {
            bad: { type: 'no-such-type', bindings: [{ from: 'events', key: 'a' }] },
            good: { type: 'quorum', bindings: [{ from: 'events', key: 'b' }] },
            fresh: { type: 'quorum', bindings: [{ from: 'events', key: 'c' }] },
          },
        },
        ['destructive:**'],
      );
      expect(plan.blockers).toEqual([]);
      const report = await apply();
      const { [address('queue', 'bad')]: refused, ...others } = report;
      expect(refused).toEqual(['failed', expect.stringContaining("unsupported queue type 'no-such-type'")]);
      expect(JSON.stringify(refused)).toContain("for queue 'bad'");
      expect(Object.values(others).map((one) => (one as string[])[0])).toEqual(Array(4).fill('applied'));
      const queues = await broker.get('queues', vhost.name);
      expect(queues.map(({ name, type }) => [name, type])).toEqual([
        ['bad', 'classic'],
        ['fresh', 'quorum'],
        ['good', 'quorum'],
      ]);
      expect(await bindings()).toEqual(['events → bad', 'events → fresh', 'events → good']);
      const connection = await amqp.connect(`${url}/${encodeURIComponent(vhost.name)}`);
      const channel = await connection.createChannel();
      expect(await channel.get('bad')).toMatchObject({ content: Buffer.from('precious') });
      await connection.close();
    });
  });
}

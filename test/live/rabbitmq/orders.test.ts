import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { type JsonObject, makeAddress } from '../../../src/model/index.ts';
import { LiveProject } from '../project.ts';
import { freshVhost, sharedBroker } from './cli-project.ts';
import { Management } from './management.ts';

/** A race that is lost sometimes only. More by environment: BROKERFORM_RUNS=10. */
const TIMES = Number(process.env.BROKERFORM_RUNS ?? 3);

for (const line of ['old', 'current'] as const) {
  const { url, management, version, missing } = sharedBroker(line);
  describe.skipIf(missing)(`RabbitMQ ${version}: what acts at once comes last`, () => {
    const broker = new Management(management);
    const project = new LiveProject({ brokers: { main: { type: 'rabbitmq', url, management } } });
    let vhost = '';

    afterEach(() => broker.delete('vhosts', vhost));
    afterAll(() => project.remove());

    async function apply(topology: JsonObject): Promise<void> {
      const checked = project.check(topology);
      const plan = await project.plan(checked, { allow: ['destructive:**'] });
      expect(plan.blockers).toEqual([]);
      const report = await project.apply(checked, plan);
      expect(report.steps.filter(({ status }) => status !== 'applied')).toEqual([]);
    }

    it('a shovel finds its queues, in a vhost that the same plan makes', async () => {
      for (let i = 0; i < TIMES; i++) {
        vhost = freshVhost();
        const uri = `amqp:///${encodeURIComponent(vhost)}`;
        const queues = { zz: { type: 'quorum', 'max-length': 10 }, zzz: { type: 'stream', 'max-age': '1h' } };
        const mover = { 'src-uri': uri, 'src-queue': 'zz', 'dest-uri': uri, 'dest-queue': 'zzz' };
        await apply({ rabbitmq: { vhosts: { [vhost]: { queues, shovels: { mover } } } } });
        const types = (await broker.get('queues', vhost)).map(({ name, type }) => [name, type]);
        expect([i, types]).toEqual([
          i,
          [
            ['zz', 'quorum'],
            ['zzz', 'stream'],
          ],
        ]);

        if (i < TIMES - 1) await broker.delete('vhosts', vhost);
      }

      // A shovel that still ran would make its queue again.
      const retired = [
        makeAddress('main', 'queue', vhost, 'zz'),
        makeAddress('main', 'parameter', vhost, 'shovel', 'mover'),
      ];
      const queues = { zzz: { type: 'stream', 'max-age': '1h' } };
      await apply({ rabbitmq: { vhosts: { [vhost]: { queues } } }, retired });
      expect((await broker.get('queues', vhost)).map(({ name }) => name)).toEqual(['zzz']);
    }, 120_000);

    it('queues find room, where the same plan raises the limit of the vhost', async () => {
      vhost = freshVhost();
      const body = (count: number) => ({
        limits: { 'max-queues': count },
        queues: Object.fromEntries(Array.from({ length: count }, (_, i) => [`q${i}`, { 'max-length': 10 }])),
      });
      await apply({ rabbitmq: { vhosts: { [vhost]: body(1) } } });
      await apply({ rabbitmq: { vhosts: { [vhost]: body(40) } } });
      expect(await broker.get('queues', vhost)).toHaveLength(40);
    }, 60_000);
  });
}

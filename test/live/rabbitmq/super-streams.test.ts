import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { rabbitmq } from '../../../src/brokers/rabbitmq/index.ts';
import type { JsonObject } from '../../../src/model/index.ts';
import { open } from '../../brokers/rabbitmq-session/live.ts';
import { LiveProject } from '../project.ts';
import { sharedBroker } from './cli-project.ts';
import { Management } from './management.ts';

for (const line of ['old', 'current'] as const) {
  const { url, management, version, missing } = sharedBroker(line);
  describe.skipIf(missing)(`super streams on RabbitMQ ${version}`, () => {
    const vhost = `brokerform-super-streams-${line}`;
    const broker = new Management(management);
    const owned = ['queue', 'exchange', 'binding'].map((kind) => `${kind}/${vhost}/**`);
    const connection = { type: 'rabbitmq', url, management };
    const project = new LiveProject({ brokers: { main: connection }, owns: { main: owned } });

    beforeAll(async () => {
      await broker.delete('vhosts', vhost);
      await broker.put(['vhosts', vhost], {});
    });
    afterAll(async () => {
      project.remove();
      await broker.delete('vhosts', vhost);
    });

    async function plan(body: JsonObject, allow: string[] = []) {
      const checked = project.check({ rabbitmq: { vhosts: { [vhost]: body } } });
      return { checked, plan: await project.plan(checked, { prune: true, allow }) };
    }

    async function apply(body: JsonObject, allow: string[] = []): Promise<void> {
      const { checked, plan: made } = await plan(body, allow);
      const { steps } = await project.apply(checked, made);
      expect(steps.filter(({ status }) => status !== 'applied')).toEqual([]);
      expect((await plan(body)).plan.waves).toEqual([]);
    }

    const invoices = (partitions: number) => ({
      'super-streams': { invoices: { partitions, 'max-age': '7d' } },
    });

    it('are made, grow in place, and shrink only where that is allowed', async () => {
      await apply(invoices(2));
      await broker.request('POST', ['exchanges', vhost, 'invoices', 'publish'], {
        properties: {},
        routing_key: '1',
        payload: 'precious',
        payload_encoding: 'string',
      });
      const grown = (await plan(invoices(3))).plan;
      expect(grown.waves.flat().map(({ action, risks }) => [action, risks])).toEqual([
        ['create', []],
        ['create', []],
      ]);
      await apply(invoices(3));
      await expect
        .poll(async () => (await plan(invoices(1))).plan.blockers.map(({ risk }) => risk.class), {
          timeout: 15_000,
        })
        .toEqual(['destructive']);
      await apply(invoices(1), [`destructive:main/queue/${vhost}/invoices-*`]);
      const left = await broker.get('queues', vhost);
      expect(left.map(({ name }) => name)).toEqual(['invoices-0']);
      await apply({});
    }, 120_000);

    it('are imported as one key, and the plan of that is empty', async () => {
      const made = { balanced: { 'x-queue-leader-locator': 'balanced', 'x-max-age': '7D' }, plain: {} };
      for (const [name, args] of Object.entries(made)) {
        const marked = { type: 'direct', durable: true, arguments: { 'x-super-stream': true } };
        await broker.put(['exchanges', vhost, name], marked);
        for (const [index, key] of ['emea', 'apac'].entries()) {
          const stream = { durable: true, arguments: { 'x-queue-type': 'stream', ...args } };
          await broker.put(['queues', vhost, `${name}-${key}`], stream);
          await broker.request('POST', ['bindings', vhost, 'e', name, 'q', `${name}-${key}`], {
            routing_key: key,
            arguments: { 'x-stream-partition-order': index },
          });
        }
      }
      const session = await open(line);
      const owns = [`vhost/${vhost}`, ...owned].map((glob) => `main/${glob}`);
      const live = await session.read({ desired: [], retired: [], owns });
      const file = rabbitmq.toSections(live, session.broker).find(({ section }) => section.vhost === vhost);
      await session.close();
      expect(file?.section).toEqual({
        vhost,
        'super-streams': {
          balanced: { 'binding-keys': ['emea', 'apac'], 'max-age': '7D' },
          plain: { 'binding-keys': ['emea', 'apac'], 'queue-leader-locator': null },
        },
      });
      const checked = project.check(stringify({ rabbitmq: file?.section }));
      expect((await project.plan(checked, { prune: true })).waves).toEqual([]);
    }, 60_000);
  });
}

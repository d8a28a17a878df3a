import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { connect } from '../../../src/brokers/rabbitmq/session/index.ts';
import { fakeManagement, healthy, json } from './fake-management.ts';
import { brokerOf, calls, LINES, open } from './live.ts';

const shovel = [calls.put(['parameters', 'shovel', '/', 's'], { value: {} })];
const upstream = [calls.put(['parameters', 'federation-upstream', '/', 'u'], { value: {} })];
const queue = [calls.queue('/', 'q')];

describe('what a broker without a plug-in would refuse', () => {
  /** Objections of a broker whose list of nodes is answered so, and what it was asked for. */
  async function previewed(nodes: (response: ServerResponse) => void, units = [queue, shovel, upstream]) {
    const fake = await fakeManagement((request: IncomingMessage, response) =>
      request.url?.startsWith('/api/nodes') ? nodes(response) : healthy(request, response),
    );
    const { management } = fake;
    const resolve = (text: string) => text;
    const session = await connect({
      ...{ name: 'main', type: 'rabbitmq', settings: { management }, resolve, timeout: 5000 },
    });
    const objections = await session.preview?.(units);
    await session.close();
    await fake.close();
    return { objections, asked: fake.requests.filter((one) => one.includes('/api/nodes')).length };
  }

  test('is a parameter of a plug-in that runs on no node', async () => {
    const nodes = [{ applications: [{ name: 'rabbit' }] }, { applications: [{ name: 'rabbitmq_shovel' }] }];
    const { objections } = await previewed((response) => json(response, 200, nodes));
    expect(objections).toMatchObject([
      { unit: 2, failure: { hint: 'rabbitmq-plugins enable rabbitmq_federation' } },
    ]);
  });

  test('is nothing while plug-ins that are enabled still start, and no node lists them as running', async () => {
    const starting = { applications: [{ name: 'rabbit' }] };
    const nodes = [{ ...starting, enabled_plugins: ['rabbitmq_shovel', 'rabbitmq_federation'] }];
    const { objections } = await previewed((response) => json(response, 200, nodes));
    expect(objections).toEqual([]);
  });

  test('is not known without the right to ask, and not asked for without such parameters', async () => {
    const refused = { error: 'not_authorised', reason: 'Not monitor user' };
    const { objections, asked } = await previewed((response) => json(response, 401, refused));
    expect({ objections, asked }).toEqual({ objections: [], asked: 1 });
    const other = await previewed((response) => json(response, 200, []), [queue]);
    expect(other).toEqual({ objections: [], asked: 0 });
  });

  test.each(LINES)('is nothing of these on RabbitMQ %s, which has both', async (line) => {
    if (!brokerOf(line)) return;
    const session = await open(line);
    expect(await session.preview?.([shovel, upstream])).toEqual([]);
    await session.close();
  });
});

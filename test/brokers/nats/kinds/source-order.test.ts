import { expect, test } from 'vitest';
import { streamResource } from '../../../../src/brokers/nats/kinds/addresses.ts';
import { isObject, type JsonObject, type Resource } from '../../../../src/model/index.ts';
import { asLive, plan, server } from '../project.ts';

const from = (...names: string[]): JsonObject => ({ sources: names.map((name) => ({ name })) });
const stream = (name: string, spec: JsonObject) => streamResource('edge', name, spec);

/** The names of the sources of the last stream, in the order in which they are sent. */
async function sent(desired: readonly Resource[], live: readonly Resource[] = []): Promise<unknown[]> {
  const { waves } = await plan(server(), desired, live);
  const steps = waves.flat().filter(({ address }) => address === 'edge/stream/Z');
  return steps.flatMap(({ calls }) => {
    const [call] = calls;
    const config = isObject(call?.body) && isObject(call.body.config) ? call.body.config : {};
    return Array.isArray(config.sources) ? config.sources.map(({ name }) => name) : [];
  });
}

test('sources that copy from others of them come first: servers take no other order', async () => {
  const streams = [stream('A', {}), stream('B', from('A')), stream('C', { mirror: { name: 'B' } })];
  expect(await sent([...streams, stream('Z', from('A', 'B'))])).toEqual(['B', 'A']);
  expect(await sent([...streams, stream('Z', from('A', 'B', 'C', 'X'))])).toEqual(['C', 'B', 'A', 'X']);
});

test('so they do if the others are live only', async () => {
  const live = asLive(server(), [stream('A', {}), stream('B', from('A'))]);
  expect(await sent([stream('Z', from('A', 'B'))], live)).toEqual(['B', 'A']);
});

test('a real cycle ends, too', async () => {
  expect(
    await sent([stream('A', from('Z', 'B')), stream('B', from('A')), stream('Z', from('A', 'B'))]),
  ).toHaveLength(2);
});

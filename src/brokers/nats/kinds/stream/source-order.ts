import type { Context, JsonObject } from '../../../../model/index.ts';
import { objectsIn } from '../../fields/values.ts';
import { originsOf, streamAddress } from '../addresses.ts';

/**
 * The configuration with its sources in an order that servers take: those that copy from others of them first. Servers
 * follow sources breadth first, and report a cycle for a stream that they find again ("detected cycle" in `checkStreamCfg`
 * of server/stream.go), although two ways to one stream are none.
 */
export function withSourceOrder(config: JsonObject, context: Context): JsonObject {
  const sources = objectsIn(config.sources);
  if (sources.length < 2) return config;
  // A stream that copies from another one has all origins of that, and it besides.
  const counted = sources.map((source) => {
    const [name] = originsOf({ sources: [source] });
    return { source, count: name === undefined ? 0 : originCount(name, context) };
  });
  return { ...config, sources: counted.sort((a, b) => b.count - a.count).map(({ source }) => source) };
}

/** How many streams a stream copies from, directly or through others. */
function originCount(stream: string, { broker, desired, live }: Context): number {
  const found = new Set([stream]);
  for (const name of found) {
    const address = streamAddress(broker.name, name);
    const { spec = {} } = desired.get(address) ?? live.get(address) ?? {};
    for (const origin of originsOf(spec)) found.add(origin);
  }
  return found.size - 1;
}

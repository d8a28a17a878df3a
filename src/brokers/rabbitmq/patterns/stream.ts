import { type JsonObject, nameFor, namesKey, type Pattern, textsOf } from '../../../model/index.ts';
import { bindingFrom, keysKey, sectionOf, vhostKey } from './keys.ts';

/*
 * A stream behind an exchange of its own, for an event stream and an event store.
 * https://www.rabbitmq.com/docs/streams
 */

export const streamKeys: JsonObject = {
  vhost: vhostKey,
  keys: keysKey('all'),
  names: namesKey({
    exchange: 'The exchange. By default the name of the pattern.',
    stream: 'The stream. By default the name of the pattern.',
  }),
};

/** @param limits arguments of the stream */
export function streamSection(pattern: Pattern, limits: JsonObject): JsonObject {
  const { name, body } = pattern;
  const exchange = nameFor(body, 'exchange', name);
  const keys = body.keys === undefined ? ['#'] : textsOf(body.keys);
  return sectionOf(pattern, {
    exchanges: [[exchange, { type: 'topic' }]],
    queues: [
      [nameFor(body, 'stream', name), { type: 'stream', ...limits, bindings: [bindingFrom(exchange, keys)] }],
    ],
  });
}

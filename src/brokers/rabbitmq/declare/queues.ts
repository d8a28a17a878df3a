import { type Body, itemsOf, membersOf, overridden } from '../../../model/index.ts';
import { queueAddress } from '../addresses.ts';
import { queueResource } from '../resources.ts';
import { declareBinding } from './bindings.ts';
import type { Collector } from './collector.ts';
import { argumentPlaces, pick, placesOf, queueArguments } from './fields.ts';
import { checkDeclaredName } from './names.ts';

/** `queues: { orders: {…} }`, each with its bindings. */
export function declareQueues(collector: Collector, vhostBody: Body, vhost: string): void {
  const { broker } = vhostBody.section;
  for (const [name, written] of membersOf(vhostBody, 'queues')) {
    if (!checkDeclaredName(collector, 'a queue', name, written.at)) continue;
    const body = overridden(written, queueAddress(broker, vhost, name));
    const table = queueArguments(collector, body);
    const places = { ...placesOf(body, ['type', 'durable', 'auto-delete']), ...argumentPlaces(table) };
    const { 'x-queue-type': typeArgument, ...args } = table.values;
    const { type } = body.value;
    const typePlace = table.places['x-queue-type'];
    if (type !== undefined && places.type && typePlace) {
      collector.error(
        'given-twice',
        places.type,
        'x-queue-type is given twice: as "type" and among the arguments',
        {
          hint: 'remove one of the two',
          related: [typePlace],
        },
      );
    } else if (typePlace) places.type = typePlace;
    const spec = {
      ...pick(body.value, ['durable', 'auto-delete']),
      ...((type ?? typeArgument) !== undefined && { type: type ?? typeArgument ?? null }),
      arguments: args,
    };
    collector.add(queueResource(broker, vhost, name, spec), body.at, places);
    for (const item of itemsOf(body, 'bindings')) declareBinding(collector, item, vhost, { queue: name });
  }
}

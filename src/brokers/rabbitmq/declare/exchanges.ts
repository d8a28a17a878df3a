import { type Body, itemsOf, membersOf, overridden } from '../../../model/index.ts';
import { exchangeAddress } from '../addresses.ts';
import { exchangeResource } from '../resources.ts';
import { declareBinding } from './bindings.ts';
import type { Collector } from './collector.ts';
import { addFriendly, argumentPlaces, pick, placesOf, rawArguments } from './fields.ts';
import { checkDeclaredName } from './names.ts';

const FIELDS = ['type', 'durable', 'auto-delete', 'internal'];

/** `exchanges: { events: {…} }`, each with the bindings that lead to it. */
export function declareExchanges(collector: Collector, vhostBody: Body, vhost: string): void {
  const { broker } = vhostBody.section;
  for (const [name, written] of membersOf(vhostBody, 'exchanges')) {
    if (!checkDeclaredName(collector, 'an exchange', name, written.at)) continue;
    const body = overridden(written, exchangeAddress(broker, vhost, name));
    const table = rawArguments(collector, body);
    addFriendly(collector, body, table, 'alternate-exchange', 'alternate-exchange');
    const spec = { ...pick(body.value, FIELDS), arguments: table.values };
    const places = { ...placesOf(body, FIELDS), ...argumentPlaces(table) };
    collector.add(exchangeResource(broker, vhost, name, spec), body.at, places);
    for (const item of itemsOf(body, 'bindings')) declareBinding(collector, item, vhost, { exchange: name });
  }
}

import { groupBy, type JsonObject, makeAddress, type Resource } from '../../../../model/index.ts';
import { exchangeNeed, tableOf, text } from '../parts.ts';
import { type BindingIdentity, bindingAddress } from './identity.ts';

/** A binding's spec has its arguments, which its address has a digest of; live, also what the management API calls it. */
export function bindingResource(broker: string, binding: BindingIdentity, propertiesKey?: string): Resource {
  const { vhost, source, destination, destinationType } = binding;
  const end =
    destinationType === 'queue'
      ? [makeAddress(broker, 'queue', vhost, destination)]
      : exchangeNeed(broker, vhost, destination);
  const key = propertiesKey === undefined ? {} : { 'properties-key': propertiesKey };
  return {
    address: bindingAddress(broker, binding),
    spec: { arguments: binding.arguments, ...key },
    needs: [makeAddress(broker, 'vhost', vhost), ...exchangeNeed(broker, vhost, source), ...end],
  };
}

/**
 * Live bindings. Some whose arguments look alike in JSON and differ in AMQP types share an address; all but the first
 * of them get the broker's own key as one more segment, so that each can be seen and deleted.
 */
export function liveBindings(broker: string, items: readonly JsonObject[]): Resource[] {
  const bindings = items.filter(({ source }) => source !== '').map(liveBinding);
  const twins = groupBy(bindings, (binding) => bindingAddress(broker, binding));
  return [...twins.values()].flatMap((alike) =>
    alike
      .sort((a, b) => (a.propertiesKey < b.propertiesKey ? -1 : 1))
      .map(({ propertiesKey, ...binding }, i) =>
        bindingResource(broker, i === 0 ? binding : { ...binding, twin: propertiesKey }, propertiesKey),
      ),
  );
}

type LiveBinding = BindingIdentity & { readonly propertiesKey: string };

function liveBinding(item: JsonObject): LiveBinding {
  return {
    vhost: text(item.vhost),
    source: text(item.source),
    destinationType: item.destination_type === 'exchange' ? 'exchange' : 'queue',
    destination: text(item.destination),
    routingKey: text(item.routing_key),
    arguments: tableOf(item.arguments),
    propertiesKey: text(item.properties_key),
  };
}

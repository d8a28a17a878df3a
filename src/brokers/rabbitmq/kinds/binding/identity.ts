import { createHash } from 'node:crypto';
import {
  type Address,
  addTo,
  canonicalJson,
  encodeSegment,
  hasKeys,
  type JsonObject,
  makeAddress,
  parseAddress,
  type Resource,
} from '../../../../model/index.ts';
import type { BindingRef, RabbitCall } from '../../calls.ts';
import { shownArguments } from '../arguments.ts';
import { exchangeNeed, tableOf, text, vhostAndName } from '../parts.ts';

/*
 * What a binding is, and the calls that make and remove it; and the one that makes an exchange, which comes back
 * together with its bindings.
 */

export interface BindingIdentity {
  readonly vhost: string;
  readonly source: string;
  readonly destinationType: 'queue' | 'exchange';
  readonly destination: string;
  readonly routingKey: string;
  readonly arguments: JsonObject;
  /**
   * Live only, and only for the second and further bindings whose arguments look the same in JSON and differ in
   * AMQP types: each gets an address of its own, so that none is hidden by another.
   */
  readonly twin?: string;
}

/** Without a table of arguments: most bindings. They share one. */
const NO_ARGUMENTS: JsonObject = {};
const PLAIN_SPEC: JsonObject = { arguments: NO_ARGUMENTS };

/** What all bindings between the same two ends have in common. */
interface Ends {
  /** Of their addresses, up to the routing key. */
  readonly prefix: string;
  readonly dependsOn: readonly Address[];
}

/** Makes the bindings of one broker. Thousands have the same ends, whose addresses are worked out and kept once. */
export class BindingMaker {
  readonly #broker: string;
  readonly #ends = new Map<string, Ends>();
  #last: { readonly binding: EndNames; readonly ends: Ends } | undefined;

  constructor(broker: string) {
    this.#broker = broker;
  }

  address(binding: BindingIdentity): Address {
    return this.#address(binding, this.#endsOf(binding));
  }

  #address({ routingKey, arguments: args, twin }: BindingIdentity, { prefix }: Ends): Address {
    const plain = `${prefix}/${encodeSegment(routingKey)}`;
    const digest = hasKeys(args) ? `/${digestArguments(args)}` : '';
    return `${plain}${digest}${twin === undefined ? '' : `/${encodeSegment(twin)}`}`;
  }

  /** A binding's spec has its arguments, which its address has a digest of; live, also what the management API calls it. */
  make(binding: BindingIdentity, propertiesKey?: string): Resource {
    const args = hasKeys(binding.arguments) ? binding.arguments : NO_ARGUMENTS;
    const spec = args === NO_ARGUMENTS ? PLAIN_SPEC : { arguments: args };
    const ends = this.#endsOf(binding);
    return {
      address: this.#address(binding, ends),
      spec: propertiesKey === undefined ? spec : { arguments: args, 'properties-key': propertiesKey },
      dependsOn: ends.dependsOn,
    };
  }

  #endsOf(binding: EndNames): Ends {
    // Of the binding before, more often than not.
    if (this.#last && hasSameEnds(this.#last.binding, binding)) return this.#last.ends;
    const ends = this.#findEnds(binding);
    this.#last = { binding, ends };
    return ends;
  }

  #findEnds(binding: EndNames): Ends {
    const { vhost, source, destinationType, destination } = binding;
    const key = `${vhost.length} ${source.length} ${destinationType} ${vhost}${source}${destination}`;
    const known = this.#ends.get(key);
    if (known) return known;
    const broker = this.#broker;
    const end =
      destinationType === 'queue'
        ? [makeAddress(broker, 'queue', vhost, destination)]
        : exchangeNeed(broker, vhost, destination);
    const made = {
      prefix: makeAddress(broker, 'binding', vhost, source, destinationType, destination),
      dependsOn: [makeAddress(broker, 'vhost', vhost), ...exchangeNeed(broker, vhost, source), ...end],
    };
    this.#ends.set(key, made);
    return made;
  }
}

export function bindingAddress(broker: string, binding: BindingIdentity): Address {
  return new BindingMaker(broker).address(binding);
}

export function bindingResource(broker: string, binding: BindingIdentity, propertiesKey?: string): Resource {
  return new BindingMaker(broker).make(binding, propertiesKey);
}

function hasSameEnds(a: EndNames, b: EndNames): boolean {
  return (
    a.destination === b.destination &&
    a.source === b.source &&
    a.destinationType === b.destinationType &&
    a.vhost === b.vhost
  );
}

/** Twelve hex digits that tell bindings with different arguments apart: 48 bits. */
function digestArguments(args: JsonObject): string {
  return createHash('sha256')
    .update(canonicalJson(shownArguments(args)))
    .digest('hex')
    .slice(0, 12);
}

/** The exchange that a binding leads from, and the queue or exchange that it leads to. */
export function endsOf({ address }: Resource): { readonly source: Address; readonly destination: Address } {
  // Asked several times for each of 100,000 bindings: the segments stay encoded.
  const [broker = '', , vhost = '', source = '', type, destination = ''] = address.split('/', 6);
  const kind = type === 'exchange' ? 'exchange' : 'queue';
  return {
    source: `${broker}/exchange/${vhost}/${source}`,
    destination: `${broker}/${kind}/${vhost}/${destination}`,
  };
}

/** All of a binding, out of its address. */
export function identityOf({ address, spec }: Resource): BindingIdentity {
  const { ends, length } = namesOf(address);
  const { vhost, source, destinationType, destination } = ends;
  const end = address.indexOf('/', length);
  const key = address.slice(length, end < 0 ? undefined : end);
  const routingKey = key.includes('%') ? decodeURIComponent(key) : key;
  return { vhost, source, destinationType, destination, routingKey, arguments: tableOf(spec.arguments) };
}

type EndNames = Omit<BindingIdentity, 'routingKey' | 'arguments' | 'twin'>;

/** Of the address that was read last: thousands one after the other begin alike, and share the names of their ends. */
let last: { readonly prefix: string; readonly ends: EndNames } | undefined;

/** The names of a binding's ends, and how long its address is before the routing key. */
function namesOf(address: Address): { readonly ends: EndNames; readonly length: number } {
  let length = 0;
  for (let slashes = 0; slashes < 6; slashes++) {
    length = address.indexOf('/', length) + 1 || address.length;
  }
  const prefix = address.slice(0, length);
  if (last?.prefix !== prefix) {
    const [vhost = '', source = '', type, destination = ''] = parseAddress(prefix).path;
    const destinationType = type === 'exchange' ? 'exchange' : 'queue';
    last = { prefix, ends: { vhost, source, destinationType, destination } };
  }
  return { ends: last.ends, length };
}

export function bind(binding: Resource): RabbitCall {
  const { destinationType, ...body } = identityOf(binding);
  const op = destinationType === 'queue' ? 'queue.bind' : 'exchange.bind';
  return { op, target: binding.address, body: body satisfies BindingRef };
}

export function unbind(binding: Resource): RabbitCall {
  const { destinationType, ...ref } = identityOf(binding);
  const propertiesKey = String(binding.spec['properties-key'] ?? '');
  return { op: `${destinationType}.unbind`, target: binding.address, body: { ...ref, propertiesKey } };
}

export function declareExchange(exchange: Resource): RabbitCall {
  const { spec, address } = exchange;
  return {
    op: 'exchange.declare',
    target: address,
    body: {
      ...vhostAndName(exchange),
      type: String(spec.type),
      durable: spec.durable !== false,
      autoDelete: spec['auto-delete'] === true,
      internal: spec.internal === true,
      arguments: tableOf(spec.arguments),
    },
  };
}

/**
 * Live bindings. Some whose arguments look alike in JSON and differ in AMQP types share an address; all but the first
 * of them get the broker's own key as one more segment, so that each can be seen and deleted.
 */
export function liveBindings(broker: string, items: readonly JsonObject[]): Resource[] {
  const maker = new BindingMaker(broker);
  const found = new Map<Address, Resource>();
  const twins = new Map<Address, LiveBinding[]>();
  for (const item of items) {
    if (item.source === '') continue;
    const binding = liveBinding(item);
    const resource = maker.make(binding, binding.propertiesKey);
    if (found.has(resource.address)) addTo(twins, resource.address, binding);
    else found.set(resource.address, resource);
  }
  if (twins.size === 0) return [...found.values()];
  return [...found.values()].flatMap((first) => {
    const { address, spec } = first;
    const others = twins.get(address);
    if (!others) return [first];
    return [...others, { ...identityOf(first), propertiesKey: text(spec['properties-key']) }]
      .sort((a, b) => (a.propertiesKey < b.propertiesKey ? -1 : 1))
      .map(({ propertiesKey, ...binding }, i) =>
        maker.make(i === 0 ? binding : { ...binding, twin: propertiesKey }, propertiesKey),
      );
  });
}

/** A binding as it is listed, with its key of the management API: it tells the AMQP types of the arguments as well. */
export type LiveBinding = BindingIdentity & { readonly propertiesKey: string };

export function liveBinding(item: JsonObject): LiveBinding {
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

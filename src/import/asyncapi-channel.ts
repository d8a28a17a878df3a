import { formatSource, isObject } from '../model/index.ts';
import { shortened } from './account.ts';
import type { Mapping } from './mapping.ts';

/** An address with parameters stands for at most so many names. */
const MAX_NAMES = 100;

const NO_BROKER = 'neither a binding nor a server says that it is on a broker that brokerform can write';

/** A channel of an AsyncAPI document, 2.x or 3.x. */
export class Channel {
  /** By protocol: `kafka`, `amqp`. */
  readonly #bindings: Mapping | undefined;
  readonly #mapping: Mapping;
  readonly #root: Mapping;
  readonly #protocols: ReadonlySet<string>;
  readonly #operations: readonly Mapping[];
  readonly #holder: Mapping;
  readonly #id: string;

  constructor(
    place: { readonly root: Mapping; readonly holder: Mapping; readonly id: string },
    mapping: Mapping,
    protocols: ReadonlySet<string>,
    operations: readonly Mapping[],
  ) {
    this.#root = place.root;
    this.#holder = place.holder;
    this.#id = place.id;
    this.#mapping = mapping;
    this.#protocols = protocols;
    this.#operations = operations;
    const bindings = mapping.value.bindings;
    this.#bindings = isObject(bindings) ? followed(place.root, mapping, 'bindings') : undefined;
    place.holder.explain(place.id, NO_BROKER);
  }

  get at() {
    return this.#holder.at(this.#id);
  }

  get account() {
    return this.#holder.account;
  }

  /** The object that the channel is, wherever it is referred to from. */
  get identity(): object {
    return this.#mapping.value;
  }

  /** What messages are sent to: a topic, a routing key. Undefined where it is only known at run time. */
  get address(): string | undefined {
    if (!isVersion3(this.#root)) return this.#id;
    return this.#mapping.text('address');
  }

  /** Whether a binding says so, or, where no binding says anything, every server that the channel is on. */
  isOn(binding: string, protocols: readonly string[]): boolean {
    if (this.#bindings?.has(binding)) return true;
    if (this.#bindings && this.#bindings.keys().length > 0) return false;
    return this.#protocols.size > 0 && [...this.#protocols].every((protocol) => protocols.includes(protocol));
  }

  /** The channel is written for this broker: what else it says is about messages, or counts by itself. */
  take(): void {
    const { account, value } = this.#holder;
    account.open(value, this.#id);
    // A binding may say better where messages go.
    if (isVersion3(this.#root)) this.#mapping.text('address');
    // What messages look like, and documentation.
    this.#mapping.skip('messages', 'title', 'summary', 'description', 'tags', 'externalDocs');
    for (const key of ['publish', 'subscribe', 'bindings']) this.#mapping.mapping(key);
    const parameters = this.#mapping.mapping('parameters');
    for (const name of parameters?.keys() ?? []) this.#valuesOf(name);
  }

  /** It cannot be written for the broker of this binding; where it has one, another broker may still take the rest. */
  leave(binding: string, why: string): void {
    if (!this.#bindings?.has(binding)) {
      this.#holder.leave(this.#id, why);
      return;
    }
    this.take();
    this.#bindings.leave(binding, why);
  }

  /** The channel is written, but for what it says by its address. */
  leaveAddress(why: string): void {
    if (isVersion3(this.#root)) this.#mapping.remark('address', why);
    else this.#holder.remark(this.#id, why);
  }

  /** Why the channel is left, should it be written for no broker. */
  explain(why: string): void {
    this.#holder.explain(this.#id, why);
  }

  binding(name: string): Mapping | undefined {
    return this.#bindings?.has(name) ? followed(this.#root, this.#bindings, name) : undefined;
  }

  /** The bindings of this protocol that the channel's operations have, their own and those of their traits. */
  operationBindings(name: string): Mapping[] {
    return this.#operations.flatMap((operation) => {
      const bindings = operation.has('bindings') ? followed(this.#root, operation, 'bindings') : undefined;
      return (bindings?.has(name) ? bindings.mapping(name) : undefined) ?? [];
    });
  }

  /** A channel that a mapping refers to, by `{ $ref }` below this key: the object that it is. */
  referred(from: Mapping, key: string): Mapping | undefined {
    return from.has(key) ? followed(this.#root, from, key) : undefined;
  }

  /** An address with each value of its parameters, or why they cannot be told. */
  namesIn(address: string): string[] | { readonly why: string } {
    let names = [address];
    for (const parameter of new Set([...address.matchAll(/\{([^{}]+)\}/g)].map(([, name]) => name ?? ''))) {
      const values = this.#valuesOf(parameter);
      if (!values)
        return { why: `it stands for many names: parameter ${parameter} does not list its values` };
      if (names.length * values.length > MAX_NAMES)
        return { why: `it stands for more than ${MAX_NAMES} names` };
      names = names.flatMap((name) => values.map((value) => name.replaceAll(`{${parameter}}`, () => value)));
    }
    return names;
  }

  #valuesOf(name: string): string[] | undefined {
    const parameters = this.#mapping.mapping('parameters');
    const parameter = parameters?.has(name) ? followed(this.#root, parameters, name) : undefined;
    // Documentation; where in a message the value is found.
    parameter?.skip('description', 'examples', 'default', 'location');
    const schema = parameter?.has('schema') ? followed(this.#root, parameter, 'schema') : parameter;
    if (schema && schema !== parameter) for (const key of schema.keys()) schema.skip(key);
    if (!schema?.has('enum')) return undefined;
    return schema.texts('enum').map(({ text }) => text);
  }
}

export function isVersion3(root: Mapping): boolean {
  return String(root.value.asyncapi).startsWith('3');
}

/** The operation with its traits, which add bindings to it. */
export function withTraits(root: Mapping, operation: Mapping): Mapping[] {
  // Who calls it, with which messages, how it is secured and documented.
  operation.skip('action', 'operationId', 'messages', 'message', 'reply', 'security');
  operation.skip('title', 'summary', 'description', 'tags', 'externalDocs');
  const traits = operation.mappings('traits').flatMap((trait) => follow(root, trait) ?? []);
  for (const trait of traits) {
    trait.skip('operationId', 'security', 'title', 'summary', 'description', 'tags', 'externalDocs');
  }
  return [operation, ...traits];
}

/** What stands at a key of an AsyncAPI document, or what its `$ref` leads to. */
export function followed(root: Mapping, holder: Mapping, key: string): Mapping | undefined {
  const mapping = holder.mapping(key);
  return mapping && follow(root, mapping);
}

/**
 * The mapping itself, or what its `$ref` leads to within the document. A reference that leads out of it is left: no
 * other file is ever read.
 */
export function follow(root: Mapping, mapping: Mapping): Mapping | undefined {
  const path = new Set<object>();
  let here: Mapping | undefined = mapping;
  while (here?.has('$ref')) {
    if (path.has(here.value)) {
      const message = `this reference leads back to itself, by way of ${formatSource(here.at('$ref'))}`;
      mapping.account.error('bad-reference', mapping.at('$ref'), message);
      return undefined;
    }
    path.add(here.value);
    const reference: string | undefined = here.text('$ref');
    if (reference === undefined) return undefined;
    if (!reference.startsWith('#')) {
      here.leave('$ref', `it refers to ${JSON.stringify(shortened(reference))}, outside of this file`);
      return undefined;
    }
    here = lead(root, here, reference);
  }
  return here;
}

/** https://www.rfc-editor.org/rfc/rfc6901 */
function lead(root: Mapping, from: Mapping, reference: string): Mapping | undefined {
  let target: Mapping | undefined = root;
  for (const segment of segmentsOf(reference)) {
    // A reference on the way is not followed: AsyncAPI has none there.
    target = isObject(target?.value[segment]) ? target.mapping(segment) : undefined;
  }
  if (target) return target;
  const message = `${JSON.stringify(shortened(reference))} leads to no mapping in this file`;
  from.account.error('bad-reference', from.at('$ref'), message);
  return undefined;
}

function segmentsOf(reference: string): string[] {
  const pointer = reference.slice(1).split('/').slice(1);
  return pointer.map((segment) => decoded(segment).replaceAll('~1', '/').replaceAll('~0', '~'));
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

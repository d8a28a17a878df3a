import type { Address } from './address.ts';
import type { Diagnostic, Source } from './diagnostic.ts';
import type { Resource } from './resource.ts';

type Places = Readonly<Record<string, Source>>;

const NO_PLACES: Places = {};

/** Gathers what the sections of one broker declare, and what is wrong with it. */
export class DeclareCollector<Code extends Mistake> {
  readonly resources: Resource[] = [];
  readonly diagnostics: Diagnostic[] = [];
  readonly #declared = new Map<Address, Source>();
  readonly #implied = new Set<Address>();
  readonly #prefix: string;
  readonly #nameOf: (resource: Resource) => string | undefined;

  /**
   * @param prefix of all codes: `rabbitmq` makes `rabbitmq/declared-twice`
   * @param nameOf what people call a resource; its address where undefined
   */
  constructor(prefix: string, nameOf: (resource: Resource) => string | undefined) {
    this.#prefix = prefix;
    this.#nameOf = nameOf;
  }

  /** A second declaration of the same resource is an error that names both places. */
  add(resource: Resource, at: Source, places: Places = NO_PLACES): void {
    this.#add(resource, at, places, false);
  }

  /** As {@link add} for what a shorthand stands for: several may stand for the same, and it may be written out too. */
  imply(resource: Resource, at: Source): void {
    this.#add(resource, at, NO_PLACES, true);
  }

  error(
    code: Code | 'declared-twice' | 'bad-name',
    at: Source,
    message: string,
    more: Pick<Diagnostic, 'hint' | 'related' | 'address'> = {},
  ): void {
    this.diagnostics.push({ code: `${this.#prefix}/${code}`, severity: 'error', message, at, ...more });
  }

  /**
   * Reports former names that are declared too, or that two resources claim. Call it once everything is declared.
   */
  checkRenames(): void {
    const renamed = new Map<Address, Resource>();
    for (const resource of this.resources) {
      const { was, at, address } = resource;
      if (was === undefined || !at) continue;
      const name = this.#nameOf({ address: was, spec: {}, dependsOn: [] }) ?? was;
      const first = renamed.get(was);
      const declared = this.#declared.get(was);
      if (first)
        this.error('bad-name', at, `${name} was renamed to ${this.#nameOf(first) ?? first.address} already`, {
          hint: 'remove one "was"',
          ...(first.at && { related: [first.at] }),
          address,
        });
      else if (declared)
        this.error('bad-name', at, `${name} is declared too, so it was not renamed`, {
          hint: 'remove its declaration, or "was"; names are exchanged or passed on in several applies',
          related: [declared],
          address,
        });
      renamed.set(was, first ?? resource);
    }
  }

  #add(resource: Resource, at: Source, places: Places, implied: boolean): void {
    const { address, spec, dependsOn, ...more } = resource;
    const first = this.#declared.get(address);
    if (!first) {
      this.#declared.set(address, at);
      if (implied) this.#implied.add(address);
      // In this order: keys after a spread would give each of 100,000 objects a hidden class of its own, at twice the memory.
      this.resources.push({ address, spec, dependsOn, at, places, ...more });
    } else if (!implied && !this.#implied.has(address)) {
      const hint = 'keep one of the two declarations';
      const message = `${this.#nameOf(resource) ?? address} is declared twice`;
      this.error('declared-twice', at, message, { hint, related: [first], address });
    }
  }
}

/**
 * What can be wrong with what a section of a broker declares, beyond its schema: the last part of a code, such as
 * `rabbitmq/given-twice`, and one line about it.
 */
export const MISTAKES = {
  'acl-resource':
    'An ACL is for one resource: a topic, a group, a transactional id, a delegation token or the cluster',
  'bad-name': 'The broker has no such name, or a former name is declared too',
  'bad-unit': 'A duration or size cannot be read',
  'bad-value': 'The broker does not take this value',
  'binding-ends': 'A binding needs a source and one destination',
  'bucket-as-stream': 'A bucket or store is declared as the stream that is behind it',
  'declared-twice': 'A resource is declared in two places',
  'given-twice': 'A value is given in two ways',
  'literal-secret': 'A password stands in a file',
  partitions: 'A super stream has a number of partitions, or binding keys',
  'quota-entity': 'A quota is for a user, a client id, both, or an IP address',
  'reserved-config': 'The config is set by other means',
  'reserved-name': "The name is the broker's own",
} as const;

export type Mistake = keyof typeof MISTAKES;

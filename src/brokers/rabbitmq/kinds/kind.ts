import type {
  Address,
  Body,
  DeclareCollector,
  JsonObject,
  Kind,
  Resolve,
  Resource,
} from '../../../model/index.ts';
import type { Literals } from './secrets.ts';

/** What went wrong while declaring; the rules of the linter have codes of their own. */
type DeclareCode =
  | 'given-twice'
  | 'bad-unit'
  | 'bad-name'
  | 'reserved-name'
  | 'literal-secret'
  | 'binding-ends'
  | 'partitions';

export type Collector = DeclareCollector<DeclareCode>;

/** A resource kind: its YAML, its listing, and the meaning of its changes. */
export interface RabbitKind extends Kind {
  /** Bodies for `$defs` of the schema, by name; its own under the name of the kind. */
  readonly definitions: JsonObject;
  /** Its place in YAML: in the body of a vhost, of a user, or beside these. */
  readonly inVhost?: Placement;
  readonly inUser?: Placement;
  readonly beside?: Pick<Placement, 'keys'> & Partial<Placement>;
  readonly listing: Listing;
  /** The list of a definitions file with the same items as the listing, or a function that reads the file. */
  readonly exported?: string | ((file: Definitions, reading: Reading) => Resource[]);
  /** The user that a resource belongs to. */
  userOf?(resource: Resource): string;
}

/** The keys of a body that declare a kind. */
export interface Placement {
  /** Properties of the body's schema. */
  readonly keys: JsonObject;
  /** @param owner the vhost or user that the body is of */
  declare(collector: Collector, body: Body, owner: string): void;
  /** The same keys for live resources, sorted by name. */
  write(resources: readonly Resource[], writer: Writer): JsonObject;
}

export interface Writer {
  readonly bindings: {
    /** Those that lead to this queue or exchange, as the list below it; each is given once. */
    take(type: 'queue' | 'exchange', name: string): JsonObject[];
    /** What nothing took: those to destinations that are not written. */
    rest(): JsonObject[];
  };
  readonly literals: Literals;
}

/** How the management API lists a kind. https://www.rabbitmq.com/docs/http-api-reference */
interface Listing {
  readonly path: string;
  /** One list per vhost, or one for the whole broker. */
  readonly per: 'vhost' | 'broker';
  readonly query?: string;
  /** It answers with one object instead of a list. */
  readonly isOne?: true;
  /** The right that reading it requires. */
  readonly right?: string;
  /** Kinds that it is listed with, in the same vhosts: a replacement needs the dependents. */
  readonly along?: readonly string[];
  /** As `along`, if the user has the right. */
  readonly alongIfAllowed?: readonly string[];
  /** Kinds that are listed as well, in the same vhosts. */
  readonly wants?: readonly string[];
  /** The list silently omits vhosts that the user may not see. */
  readonly hidesVhosts?: true;
  /** The items as live resources. What an item lacks gets the value that its absence means. */
  read(items: readonly JsonObject[], reading: Reading): Resource[];
}

export interface Reading {
  readonly broker: string;
  readonly desired: ReadonlyMap<Address, Resource>;
  /** @throws MissingVariable */
  readonly resolve: Resolve;
}

/** A definitions file. https://www.rabbitmq.com/docs/definitions */
export interface Definitions {
  /** The items of one of its lists, each with its vhost. */
  list(key: string): readonly JsonObject[];
  /** Parameters of a component: operator policies and limits are kept as such. */
  parameters(component: string): readonly JsonObject[];
}

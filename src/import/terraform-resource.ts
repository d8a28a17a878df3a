import { isMapping, isObject, type Json, type JsonObject, type Source } from '../model/index.ts';
import type { Account } from './account.ts';
import type { Mapping } from './mapping.ts';

/** What the documents say of a resource beside its values. */
export interface TerraformPlace {
  /** `module.shop.rabbitmq_queue.orders["eu"]` */
  readonly address: string;
  readonly type: string;
  /** The configuration of the provider, `rabbitmq.eu`; undefined where the document does not say. */
  readonly provider: string | undefined;
  /** Whether it is in a state. A plan lists resources that are still to be made. */
  readonly isKept: boolean;
  /** The addresses that the configuration of a plan refers to for a value that is not known yet. */
  readonly references: (key: string) => readonly string[];
}

/** A resource of a state or plan. */
export class TerraformResource {
  readonly address: string;
  readonly type: string;
  readonly isKept: boolean;
  readonly values: Mapping;
  readonly references: (key: string) => readonly string[];
  readonly #holder: Mapping;
  readonly #key: string;
  readonly #provider: string | undefined;

  /** @param key of the values in their holder */
  constructor(place: TerraformPlace, holder: Mapping, key: string, values: Mapping) {
    this.address = place.address;
    this.type = place.type;
    this.isKept = place.isKept;
    this.references = place.references;
    this.#provider = place.provider;
    this.#holder = holder;
    this.#key = key;
    this.values = values.titled(place.address);
    skipUnset(this.values.value, this.values.account);
    // Made of the others by the provider.
    this.values.skip('id');
  }

  get at(): Source {
    return this.#holder.at();
  }

  /** The address without the last index: of all instances. */
  get whole(): string {
    return this.address.replace(/\[(?:\d+|"(?:[^"\\]|\\.)*")\]$/, '');
  }

  get file(): string {
    return this.at.file;
  }

  /** What tells the broker that it is on from others of its type. */
  get cluster(): string | undefined {
    const { kafka_cluster: clusters } = this.values.value;
    const [first] = Array.isArray(clusters) ? (clusters as readonly Json[]) : [];
    return isObject(first) && typeof first.id === 'string' ? first.id : this.#provider;
  }

  /** Reports the resource as a whole. */
  leave(why: string): undefined {
    this.ignore();
    this.#holder.account.remark(this.address, why, this.at);
  }

  ignore(): void {
    this.#holder.skip(this.#key);
  }

  /** The reason if the values are not read. */
  explain(why: string): void {
    this.#holder.explain(this.#key, why);
  }

  /** A text that nothing can be declared without. Where it is missing, the resource is left. */
  text(key: string): string | undefined {
    return this.values.has(key) ? this.values.text(key) : this.leave(this.whyMissing(key));
  }

  /** The mapping of a block that stands once, which Terraform keeps as a list. */
  block(key: string): Mapping | undefined {
    const [first] = this.values.mappings(key);
    return first ?? this.leave(this.whyMissing(key));
  }

  whyMissing(key: string): string {
    if (this.values.account.isWithheld(this.values.value, key)) return `its ${key} is marked as sensitive`;
    return this.isKept ? `it has no ${key}` : `its ${key} is known only once Terraform has applied the plan`;
  }
}

/** Whether a value is set: what a provider leaves out is null, or empty. */
export function isSet(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === '') return false;
  if (Array.isArray(value)) return value.length > 0;
  return !isObject(value) || Object.keys(value).length > 0;
}

/** A state has every key of the provider's schema. */
function skipUnset(container: JsonObject, account: Account): void {
  for (const [key, value] of Object.entries(container)) {
    if (!isSet(value)) account.finish(container, key);
    for (const item of Array.isArray(value) ? (value as readonly Json[]) : [value]) {
      if (isMapping(item)) skipUnset(item, account);
    }
  }
}

type Step = string | number;

const SENSITIVE = 'Terraform marks it as sensitive, so it is not copied';

/** Names: Terraform shows them in the id of the resource, however sensitive they are. */
const NAMES = new Set([
  'name',
  'vhost',
  'user',
  'username',
  'source',
  'destination',
  'topic_name',
  'resource_name',
  'acl_principal',
  'principal',
  'entity_name',
  'stream_id',
  'durable_name',
]);

/** Nobody reads these values. */
export function withholdSensitive(values: Mapping, paths: readonly (readonly Step[])[]): void {
  const { id } = values.value;
  const isShown = (text: Json | undefined) =>
    typeof text === 'string' &&
    typeof id === 'string' &&
    (id.includes(text) || id.includes(encodeURIComponent(text)));
  for (const path of paths) {
    const [first = ''] = path;
    if (path.length !== 1 || !NAMES.has(String(first)) || !isShown(values.value[first]))
      withhold(values.value, path, values);
  }
}

function withhold(container: JsonObject, [key, ...rest]: readonly Step[], values: Mapping): void {
  if (typeof key !== 'string' || !isSet(container[key]) || !Object.hasOwn(container, key)) return;
  let inner: Json | undefined = container[key];
  let depth = 0;
  for (let step = rest[0]; typeof step === 'number' && Array.isArray(inner); step = rest[depth]) {
    inner = inner[step];
    depth++;
  }
  if (depth < rest.length && isMapping(inner)) withhold(inner, rest.slice(depth), values);
  else values.account.withhold(container, key, SENSITIVE);
}

import type { Address } from './address.ts';
import type { Source } from './diagnostic.ts';
import { isMapping, type Json, type JsonObject } from './json.ts';

/**
 * One thing on a broker, declared or live.
 *
 * How two specs are compared: a top-level key that the desired spec lacks is not ours to say, and is left alone;
 * a key that it has is compared whole, with every nested key of either side. `null` means absent.
 */
export interface Resource {
  readonly address: Address;
  readonly spec: JsonObject;
  /** Resources that must exist first; also the edges of the graph. */
  readonly dependsOn: readonly Address[];
  /** Declared resources only: the place of its key. */
  readonly at?: Source;
  /** Declared resources only: a replacement moves its contents, see `Kind.whyNotMoved`. */
  readonly moves?: true;
  /** Declared resources only: its address before it was renamed. */
  readonly was?: Address;
  /** Declared resources only: its address before what it is part of was renamed, if that is not done yet. */
  readonly wasBefore?: Address;
  /** Declared resources only: the places of its fields, by dotted spec path (`arguments.x-message-ttl`). */
  readonly places?: Readonly<Record<string, Source>>;
  /** Instead of `places`, where only their names are kept, as in a plan. */
  readonly declared?: readonly string[];
  /** Live resources only: counts of messages, consumers, lag. Never compared, never in a fingerprint. */
  readonly metrics?: JsonObject;
}

/** The place of a field, or of its nearest declared parent, or of the resource. */
export function placeOf(resource: Resource, path: readonly string[]): Source | undefined {
  for (let length = path.length; length > 0; length--) {
    const place = resource.places?.[path.slice(0, length).join('.')];
    if (place) return place;
  }
  return resource.at;
}

/** A value in a spec, with the keys that lead to it. */
export interface SpecValue {
  readonly path: readonly string[];
  readonly value: Json;
}

/** Every value below a spec but null, mappings before what is in them. */
export function* valuesIn(spec: JsonObject, above: readonly string[] = []): Generator<SpecValue> {
  for (const [key, value] of Object.entries(spec)) {
    if (value === null) continue;
    const path = [...above, key];
    yield { path, value };
    if (isMapping(value)) yield* valuesIn(value, path);
  }
}

/** The dotted paths of the fields that somebody declared; undefined for what is only live. */
export function declaredFields({ places, declared }: Resource): readonly string[] | undefined {
  return places ? Object.keys(places) : declared;
}

/** A resource as plans keep it: with the places of its fields. */
export function withoutPlaces(resource: Resource): Resource {
  if (!resource.places) return resource;
  const { places, ...rest } = resource;
  // A key after a spread would take five times as long, and give each object a hidden class of its own.
  return Object.assign(rest, { declared: Object.keys(places).sort() });
}

type Sides = Readonly<Record<'desired' | 'live', ReadonlyMap<Address, Resource>>>;

/** New addresses by the live resources that have them. */
export function renamesIn(sides: Sides): Map<Address, Address> {
  const renames = new Map<Address, Address>();
  for (const resource of sides.desired.values()) {
    const old = renamedFrom(resource, sides);
    if (old) renames.set(old.address, resource.address);
  }
  return renames;
}

/**
 * The live resource that a declared one was before. Undefined once it is renamed, and where its old name is declared,
 * which still belongs to its own resource.
 */
export function renamedFrom({ was, wasBefore }: Resource, { desired, live }: Sides): Resource | undefined {
  if (was === undefined && wasBefore === undefined) return undefined;
  const old = [wasBefore, was].find((one) => one !== undefined && live.has(one));
  return old === undefined || desired.has(old) ? undefined : live.get(old);
}

export function indexByAddress(resources: Iterable<Resource>): Map<Address, Resource> {
  const index = new Map<Address, Resource>();
  for (const resource of resources) index.set(resource.address, resource);
  return index;
}

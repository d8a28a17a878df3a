import {
  type Address,
  addressMatcher,
  canonicalGlob,
  type Diagnostic,
  encodeSegment,
  isObject,
  type Json,
  type JsonObject,
  kindOf,
  parseAddress,
  type Section,
  type Source,
  suggestionOr,
} from '../model/index.ts';
import { placeName } from './diagnose.ts';
import type { Overlay } from './overlay.ts';
import { quoted } from './problems.ts';
import type { SchemaSource } from './schemas.ts';
import { type Override, Overrides } from './section.ts';
import type { SourceMap } from './source-map.ts';
import type { Substitution } from './substitution.ts';
import type { Validators } from './validators.ts';

interface Draft {
  /** Of the pattern. */
  readonly name: string;
  readonly broker: string;
  readonly provider: SchemaSource;
  /** What the pattern expanded to: nobody else holds it. */
  readonly section: JsonObject;
  readonly at: Source;
  readonly overlay: Overlay;
}

/** How many names a hint lists. */
const MAX_LISTED = 12;

/** Merges the `with` of a pattern into what it expanded to, as an environment's overrides are merged. */
export function mergeWith(
  draft: Draft,
  changes: JsonObject,
  places: SourceMap,
  { validators, substitution }: { readonly validators: Validators; readonly substitution: Substitution },
): { readonly section: JsonObject; readonly diagnostics: readonly Diagnostic[] } {
  let { section } = draft;
  if (Object.keys(changes).length === 0) return { section, diagnostics: [] };
  const bodies = bodiesOf(draft);
  const diagnostics: Diagnostic[] = [];
  const entries = Object.entries(changes).flatMap(([key, body]): Override[] => {
    const at = places.at(changes, key) ?? draft.at;
    const named = addressesOf(key, draft, [...bodies.keys()]);
    if ('message' in named)
      diagnostics.push({ ...named, code: 'load/unknown-resource', severity: 'error', at });
    return 'message' in named || !isObject(body) ? [] : named.map((glob) => ({ glob, body, at }));
  });
  const overrides = new Overrides(entries, places, validators, substitution);
  // What holds others, such as a vhost, is declared first, and merged last: their bodies are then still in place.
  for (const [address, body] of [...bodies].reverse()) {
    const merged = overrides.apply(draft.overlay, draft.provider.name, address, kindOf(address), body);
    if (merged !== body) section = replaced(section, body, merged);
  }
  return { section, diagnostics: [...diagnostics, ...overrides.diagnostics()] };
}

/** The bodies of a section that overrides can change, by address. */
function bodiesOf({ broker, provider, section, at }: Draft): Map<Address, JsonObject> {
  const bodies = new Map<Address, JsonObject>();
  const probe: Section = {
    broker,
    value: section,
    at: () => at,
    template: () => undefined,
    overridden(address, _, body) {
      bodies.set(address, body);
      return body;
    },
  };
  provider.declare([probe]);
  return bodies;
}

/** The resources that a key of `with` names. */
function addressesOf(
  key: string,
  { name, broker }: Draft,
  known: readonly Address[],
): readonly Address[] | Pick<Diagnostic, 'message' | 'hint'> {
  const start = `${encodeSegment(broker)}/`;
  const rest = known.map((address) => address.slice(start.length));
  const matches = addressMatcher(canonical(key));
  const whole = rest.filter((one) => matches(one));
  if (whole.length > 0) return whole.map((one) => start + one);
  const short = known.filter((address) => {
    const { kind, path } = parseAddress(address);
    const own = path.at(-1) ?? '';
    return key === own || key === `${kind}/${own}`;
  });
  if (short.length === 1) return short;
  if (short.length > 1) {
    const names = short.map((address) => address.slice(start.length));
    return {
      message: `${placeName('patterns', [name, 'with'])}: several resources are called ${quoted(key)}`,
      hint: `write one of: ${names.join(', ')}`,
    };
  }
  const more = rest.length > MAX_LISTED ? ', …' : '';
  return {
    message: `${placeName('patterns', [name, 'with'])}: there is no resource ${quoted(key)}`,
    hint: suggestionOr(`its resources: ${rest.slice(0, MAX_LISTED).join(', ')}${more}`, key, rest),
  };
}

function canonical(key: string): string {
  try {
    return canonicalGlob(key);
  } catch {
    return key;
  }
}

/** A value with one of its containers replaced, in place. */
function replaced<T extends Json>(value: T, old: JsonObject, by: JsonObject): T | JsonObject {
  if ((value as Json) === old) return by;
  if (typeof value !== 'object' || value === null) return value;
  const container = value as Record<string, Json>;
  for (const [key, item] of Object.entries(container)) {
    const after = replaced(item, old, by);
    if (after !== item) container[key] = after;
  }
  return value;
}

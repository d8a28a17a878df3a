import {
  type Diagnostic,
  type JsonObject,
  type PatternKind,
  type Source,
  suggestionOr,
} from '../model/index.ts';
import type { BrokerScope } from './addresses.ts';
import { placeName } from './diagnose.ts';
import { loadError, quoted } from './problems.ts';
import type { SchemaSource } from './schemas.ts';
import type { SourceMap } from './source-map.ts';

interface Target {
  readonly provider: SchemaSource;
  readonly broker: string;
  readonly kind: PatternKind;
}

/** A diagnostic is absent where the configuration is wrong: what it seems to lack is then not worth a word. */
type Found = Target | { readonly diagnostic: Diagnostic | undefined };

/** The kind of a pattern, and the broker that its `on` names, or the only one that has this kind. */
export function findPatternKind(
  name: string,
  entry: JsonObject,
  places: SourceMap,
  at: Source,
  scope: BrokerScope,
): Found {
  const { providers, brokers, brokersKnown } = scope;
  const fail = (code: string, message: string, place: Source | undefined, hint: string): Found => ({
    diagnostic: loadError(code, `${placeName('patterns', [name])}: ${message}`, place ?? at, hint),
  });
  const kindsOf = (some: readonly SchemaSource[]) =>
    [...new Set(some.flatMap(({ patterns = {} }) => Object.keys(patterns)))].sort();
  const types = new Set(brokers.values());
  const own = kindsOf(providers.filter(({ name: type }) => types.has(type)));
  const { kind, on } = entry;
  const kindAt = places.atValue(entry, 'kind');
  if (kind === undefined)
    return fail('missing-key', 'missing required key "kind"', at, `kinds: ${kindsOf(providers).join(', ')}`);
  // Brokers that the project does not have need not be loaded for a kind that one of its own has.
  const known = typeof kind === 'string' && own.includes(kind) ? own : kindsOf(providers);
  if (typeof kind !== 'string' || !known.includes(kind)) {
    const listed = `kinds: ${known.join(', ')}`;
    const hint = typeof kind === 'string' ? suggestionOr(listed, kind, known) : listed;
    const shown = typeof kind === 'string' ? `there is no kind ${quoted(kind)}` : 'kind: expected a string';
    return fail('wrong-value', shown, kindAt, hint);
  }
  if (on !== undefined && typeof on !== 'string') {
    return fail('wrong-value', 'on: expected a string', places.atValue(entry, 'on'), 'name a broker');
  }
  if (!brokersKnown) return { diagnostic: undefined };
  // Without any configured broker, each type is a broker of that name.
  const all = brokers.size > 0 ? [...brokers] : providers.map(({ name: type }) => [type, type] as const);
  const candidates = all.flatMap(([broker, type]) => {
    const provider = providers.find((one) => one.name === type);
    return provider ? [{ broker, provider, kind: ownKind(provider, kind) }] : [];
  });
  if (on !== undefined) {
    const named = candidates.find(({ broker }) => broker === on);
    if (named)
      return named.kind && !('absent' in named.kind) ? { ...named, kind: named.kind } : absent(named);
    const names = candidates.map(({ broker }) => broker);
    const hint = suggestionOr(`brokers: ${names.join(', ') || 'none'}`, on, names);
    return fail(
      'unknown-broker',
      `the broker ${quoted(on)} is not configured`,
      places.atValue(entry, 'on'),
      hint,
    );
  }
  const able = candidates.flatMap((one) =>
    one.kind && !('absent' in one.kind) ? [{ ...one, kind: one.kind }] : [],
  );
  const [only, second] = able;
  if (only && !second) return only;
  if (only) {
    const names = able.map(({ broker }) => broker).join(', ');
    return fail(
      'ambiguous-broker',
      `several brokers have the kind ${kind}: ${names}`,
      at,
      `name one here: on: ${only.broker}`,
    );
  }
  const [some] = candidates;
  if (some) return absent(some);
  return fail(
    'no-broker',
    `no broker with the kind ${kind} is configured`,
    at,
    'add a broker to brokers in the configuration',
  );

  function absent(one: (typeof candidates)[number]): Found {
    const why = one.kind && 'absent' in one.kind ? `: ${one.kind.absent}` : '';
    const own = Object.entries(one.provider.patterns ?? {}).flatMap(([own, value]) =>
      'absent' in value ? [] : [own],
    );
    const hint =
      own.length > 0
        ? `kinds of ${one.provider.name}: ${own.join(', ')}`
        : `declare its resources under ${one.provider.name}:`;
    return fail('unsupported-pattern', `${one.provider.name} has no ${kind}${why}`, kindAt, hint);
  }
}

function ownKind({ patterns = {} }: SchemaSource, kind: string) {
  return Object.hasOwn(patterns, kind) ? patterns[kind] : undefined;
}

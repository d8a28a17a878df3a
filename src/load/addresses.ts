import {
  canonicalGlob,
  type Diagnostic,
  type JsonObject,
  parseAddress,
  type Source,
  suggestionOr,
} from '../model/index.ts';
import { loadError, quoted } from './problems.ts';
import type { SchemaSource } from './schemas.ts';
import type { SourceMap } from './source-map.ts';

/** What addresses may name. */
export interface AddressScope {
  readonly providers: readonly SchemaSource[];
  /** The type of each broker, by name. Without any, each type is its own broker. */
  readonly brokers: ReadonlyMap<string, string>;
}

export interface AddressProblem {
  /** Follows the quoted address. */
  readonly message: string;
  readonly hint?: string;
  /** The address as it must be written, where that is all that is wrong. */
  readonly rewritten?: string;
}

export const ADDRESS_HINT = 'write broker/kind/name with each name percent-encoded: main/queue/%2F/orders';

/**
 * What is wrong with an address or a glob of addresses, as far as its broker and kind tell: a misspelt one would
 * protect, own or retire nothing.
 */
export function addressProblem(
  address: string,
  { providers, brokers }: AddressScope,
  brokersKnown: boolean,
): AddressProblem | undefined {
  let parts: ReturnType<typeof parseAddress>;
  try {
    parts = parseAddress(address);
  } catch {
    return { message: 'is not percent-encoded UTF-8', hint: 'write a literal % as %25' };
  }
  const written = canonicalGlob(address);
  if (written !== address) {
    return { message: 'is not written as addresses are', hint: `write it as ${written}`, rewritten: written };
  }
  const { broker, kind, path } = parts;
  const isOpen = broker.includes('*');
  if (!isOpen && brokersKnown && brokers.size > 0 && !brokers.has(broker)) {
    const known = [...brokers.keys()];
    const hint = suggestionOr(`it begins with the broker, one of ${known.join(', ')}`, broker, known);
    return { message: `names the broker ${quoted(broker)}, which is not configured`, hint };
  }
  if (address.endsWith('**') && path.length === 0) return undefined;
  if (kind === '' || path.length === 0) return { message: 'is not an address: kind or name missing' };
  if (isOpen || kind.includes('*')) return undefined;
  const type = brokers.get(broker) ?? (brokers.size === 0 ? broker : undefined);
  const provider = providers.find(({ name }) => name === type);
  if (!provider || Object.hasOwn(provider.kinds, kind)) return undefined;
  const kinds = Object.keys(provider.kinds);
  const hint = suggestionOr(`kinds of ${provider.name}: ${kinds.join(', ')}`, kind, kinds);
  return { message: `names the kind ${quoted(kind)}, which ${provider.name} does not have`, hint };
}

/** A retired address is exact, and written as addresses are, or it would never be found. */
export function retiredProblem(
  address: string,
  scope: AddressScope,
  brokersKnown: boolean,
): AddressProblem | undefined {
  if (address.includes('*')) {
    const literal = address.replaceAll('*', '%2A');
    const problem = addressProblem(literal, scope, brokersKnown);
    // Where only the spelling is wrong too, the hint holds both corrections.
    const written = problem?.rewritten ?? literal;
    return {
      message: 'is a pattern, and retired takes exact addresses',
      hint: `list each resource; a * that is part of a name is %2A: ${written}`,
    };
  }
  return addressProblem(address, scope, brokersKnown);
}

export interface BrokerScope extends AddressScope {
  /** False where the configuration is wrong: what it seems to lack is then not worth a word. */
  readonly brokersKnown: boolean;
}

/** The broker of this type that a section or test is about: the one that its `broker` names, or the only one. */
export function brokerFor(
  type: string,
  value: JsonObject,
  { brokers, brokersKnown }: BrokerScope,
  places: SourceMap,
  at: Source | undefined,
): { readonly broker?: string; readonly diagnostic?: Diagnostic } {
  const wanted = value.broker;
  const candidates = [...brokers].filter(([, own]) => own === type).map(([name]) => name);
  if (typeof wanted === 'string') {
    if (candidates.includes(wanted) || (brokers.size === 0 && brokersKnown)) return { broker: wanted };
    if (!brokersKnown) return {};
    const other = brokers.get(wanted);
    const why = other === undefined ? 'is not configured' : `is of type ${other}, not ${type}`;
    const listed = `brokers of type ${type}: ${candidates.join(', ') || 'none'}`;
    const hint = suggestionOr(listed, wanted, candidates);
    return failure(
      'unknown-broker',
      `the broker ${quoted(wanted)} ${why}`,
      places.atValue(value, 'broker'),
      hint,
    );
  }
  if (brokers.size === 0 && brokersKnown) return { broker: type };
  const [only] = candidates;
  if (only !== undefined && candidates.length === 1) return { broker: only };
  if (!brokersKnown) return {};
  if (candidates.length === 0) {
    const hint = `add a broker with type: ${type} to brokers in the configuration`;
    return failure('no-broker', `no broker of type ${type} is configured`, at, hint);
  }
  const message = `several brokers are of type ${type}: ${candidates.join(', ')}`;
  return failure('ambiguous-broker', message, at, `name one here: broker: ${only}`);
}

function failure(code: string, message: string, at: Source | undefined, hint: string) {
  return { diagnostic: loadError(code, message, at, hint) };
}

import { type Diagnostic, type JsonObject, nearestWord, type Source } from '../model/index.ts';
import type { AddressScope } from './addresses.ts';
import { quoted } from './problems.ts';
import type { SourceMap } from './source-map.ts';

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
    const near = nearestWord(wanted, candidates);
    const other = brokers.get(wanted);
    const why = other === undefined ? 'is not configured' : `is of type ${other}, not ${type}`;
    const hint =
      near === undefined
        ? `brokers of type ${type}: ${candidates.join(', ') || 'none'}`
        : `did you mean ${near}?`;
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

function failure(
  code: string,
  message: string,
  at: Source | undefined,
  hint: string,
): { readonly diagnostic: Diagnostic } {
  return { diagnostic: { code: `load/${code}`, severity: 'error', message, ...(at && { at }), hint } };
}

import { integer, type Json } from '../model/index.ts';

/** A number that JSON cannot hold: infinite, not a number, or absurdly long. */
export const NO_NUMBER = Symbol('no number');

const INTEGER = /^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const NOT_FINITE = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const MAY_BE_NUMBER = /^[-+.0-9]/;

/** Longer than any broker's number; reading millions of digits would take seconds. */
const MAX_DIGITS = 100;

/**
 * What an unquoted scalar means in YAML 1.2 (https://yaml.org/spec/1.2.2/#103-core-schema): `yes`, `no`, `on` and
 * dates are strings. Integers stay exact, whatever their size.
 */
export function readScalar(text: string): Json | typeof NO_NUMBER {
  switch (text) {
    case '':
    case '~':
    case 'null':
    case 'Null':
    case 'NULL':
      return null;
    case 'true':
    case 'True':
    case 'TRUE':
      return true;
    case 'false':
    case 'False':
    case 'FALSE':
      return false;
  }
  if (!MAY_BE_NUMBER.test(text)) return text;
  if (INTEGER.test(text)) return text.length > MAX_DIGITS ? NO_NUMBER : integer(toExact(text));
  if (FLOAT.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? value : NO_NUMBER;
  }
  return NOT_FINITE.test(text) ? NO_NUMBER : text;
}

/** BigInt takes no sign but a minus before decimal digits. */
function toExact(text: string): bigint {
  return BigInt(text.startsWith('+') ? text.slice(1) : text);
}

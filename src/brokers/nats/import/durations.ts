import type { Mapping, PlacedText } from '../../../import/index.ts';
import { type ExactInt, integer } from '../../../model/index.ts';

/** Nanoseconds of each unit of Go. https://pkg.go.dev/time#ParseDuration */
const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

const PART = /^(\d{1,18})(?:\.(\d{1,9}))?(ns|us|µs|ms|s|m|h)/;

/** The nanoseconds of a duration as Go writes it, `1h30m`; undefined where there is none, or a wrong one was reported. */
export function goDuration(from: Mapping, key: string, given?: PlacedText): number | ExactInt | undefined {
  const text = given?.text ?? from.text(key) ?? '';
  if (text === '') return undefined;
  if (text === '0') return 0;
  let rest = text;
  let total = 0n;
  for (let part = PART.exec(rest); part; part = PART.exec(rest)) {
    const [all, whole = '', fraction = '', unit = ''] = part;
    const scale = UNITS[unit] ?? 0n;
    total += BigInt(whole) * scale + (BigInt(fraction.padEnd(9, '0')) * scale) / 1_000_000_000n;
    rest = rest.slice(all.length);
  }
  if (rest === '') return integer(total);
  const message = `${from.path}.${key}: expected a duration like 1h30m, got ${JSON.stringify(text.slice(0, 80))}`;
  from.account.error('wrong-value', given?.at ?? from.at(key), message);
  return undefined;
}

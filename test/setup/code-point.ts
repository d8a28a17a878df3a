import fc from 'fast-check';

const LAST = 0x10ffff;
const [SURROGATE, SURROGATES] = [0xd800, 0x800];

/** Any code point, as a unit of `fc.string`. fast-check's own unit `binary` takes a second of each process to prepare. */
export const codePoint = fc.nat(LAST - SURROGATES).map(textOf, indexOf);

function textOf(index: number): string {
  return String.fromCodePoint(index < SURROGATE ? index : index + SURROGATES);
}

/** With it, fast-check also tries names such as `__proto__`. */
function indexOf(text: unknown): number {
  const code = (typeof text === 'string' && text.codePointAt(0)) || 0;
  const index = code < SURROGATE ? code : code - SURROGATES;
  if (index < 0 || textOf(index) !== text) throw new Error('not one code point');
  return index;
}

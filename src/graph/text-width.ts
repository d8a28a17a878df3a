/*
 * How wide a text is in a sans-serif font that was not measured: an upper estimate, so that text stays in its box
 * whichever font the reader has.
 */

const NARROW = /[ilj.,:;'|!()[\]{}tfrI /\\-]/;
const BROAD = /[mwMW@%—…]/;
const FULL =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f000}-\u{1faff}]/u;

function emOf(char: string): number {
  if (FULL.test(char)) return 1.05;
  if (NARROW.test(char)) return 0.4;
  if (BROAD.test(char)) return 0.95;
  return char >= 'A' && char <= 'Z' ? 0.72 : 0.62;
}

/** @param size of the font, in the unit of the answer */
export function textWidth(text: string, size: number): number {
  let width = 0;
  for (const char of text) width += emOf(char) * size;
  return width;
}

/** The text, with an ellipsis in its middle where it is wider: names often differ at their end. */
export function fitText(text: string, size: number, width: number): string {
  if (textWidth(text, size) <= width) return text;
  const chars = [...text];
  const ellipsis = '…';
  let room = width - textWidth(ellipsis, size);
  let head = 0;
  let tail = chars.length;
  for (let fromHead = true; head < tail; fromHead = !fromHead) {
    const char = chars[fromHead ? head : tail - 1] ?? '';
    room -= textWidth(char, size);
    if (room < 0) break;
    if (fromHead) head++;
    else tail--;
  }
  return `${chars.slice(0, head).join('')}${ellipsis}${chars.slice(tail).join('')}`;
}

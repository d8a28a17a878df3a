/** What a name must match, and what it may not. */
export interface Conditions {
  readonly all: readonly string[];
  readonly none: readonly string[];
}

/**
 * Takes lookaheads off the beginning of an anchored pattern: `^(?!amq\.)orders` holds where `^(?:orders)` does, and
 * `^(?:amq\.)` does not. Everything else is left as it is, for RE2 to refuse.
 */
export function splitLookaheads(text: string): Conditions {
  const whole = { all: [text], none: [] };
  const all: string[] = [];
  const none: string[] = [];
  if (!text.startsWith('^(?!') && !text.startsWith('^(?=')) return whole;
  let rest = text.slice(1);
  while (rest.startsWith('(?!') || rest.startsWith('(?=')) {
    const { closing } = outline(rest);
    if (closing === undefined) return whole;
    (rest.startsWith('(?!') ? none : all).push(`^(?:${rest.slice(3, closing)})`);
    rest = rest.slice(closing + 1);
  }
  // The anchor and the lookaheads belong to the first alternative only, and what is quantified is not just looked at.
  if (outline(rest).alternatives || /^[*+?{]/.test(rest)) return whole;
  return { all: [`^(?:${rest})`, ...all], none };
}

/** Where the group that a text begins with ends, and whether the text has alternatives outside of groups. */
function outline(text: string): { closing?: number; alternatives: boolean } {
  let depth = 0;
  let closing: number | undefined;
  let alternatives = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === '\\') i++;
    else if (char === '[') i = endOfClass(text, i);
    else if (char === '(') depth++;
    else if (char === '|' && depth === 0) alternatives = true;
    else if (char === ')' && --depth === 0) closing ??= i;
  }
  return { ...(closing !== undefined && { closing }), alternatives };
}

/** The bracket that ends a class; one that comes first in it stands for itself. */
function endOfClass(text: string, start: number): number {
  const first = text[start + 1] === '^' ? start + 2 : start + 1;
  for (let i = first; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text.startsWith('[:', i)) i = Math.max(i, text.indexOf(':]', i) + 1);
    else if (text[i] === ']' && i > first) return i;
  }
  return text.length;
}

import { getHeapStatistics } from 'node:v8';

const MIB = 1024 * 1024;

/**
 * The most bytes that one answer of a broker may have: 256 MiB, and less where the heap is small. A list of 100,000
 * bindings has some 30 MB; decoded, an answer takes several times its size.
 */
export function answerLimit(): number {
  return Math.min(256 * MIB, Math.floor(getHeapStatistics().heap_size_limit / 8));
}

/** Levels of nested data in an answer: functions that walk it would overflow the stack far beyond. */
export const MAX_DEPTH = 200;

/** A broker, or whatever listens there, sent more than {@link answerLimit}, or data nested too deep to be an answer. */
export class OversizedAnswer extends Error {
  override readonly name = 'OversizedAnswer';
  readonly code = 'ERR_OVERSIZED_ANSWER';
  static ofBytes(limit = answerLimit()): OversizedAnswer {
    return new OversizedAnswer(`sent an answer of more than ${Math.floor(limit / MIB)} MiB`);
  }
  static ofDepth(): OversizedAnswer {
    return new OversizedAnswer(`sent data nested more than ${MAX_DEPTH} levels deep`);
  }
}

/** @throws OversizedAnswer for JSON text that is nested too deep */
export function checkDepth(json: string): void {
  // Most answers open no more than that altogether, which is a search instead of a look at each character.
  if (opensAtMost(json, MAX_DEPTH)) return;
  let depth = 0;
  let isText = false;
  for (let index = 0; index < json.length; index++) {
    const code = json.charCodeAt(index);
    if (isText) {
      if (code === BACKSLASH) index++;
      else if (code === QUOTE) isText = false;
    } else if (code === QUOTE) isText = true;
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      if (++depth > MAX_DEPTH) throw OversizedAnswer.ofDepth();
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth--;
  }
}

function opensAtMost(json: string, most: number): boolean {
  let left = most;
  for (const opening of '{[') {
    for (let at = json.indexOf(opening); at >= 0; at = json.indexOf(opening, at + 1)) {
      if (--left < 0) return false;
    }
  }
  return true;
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [0x7b, 0x7d, 0x5b, 0x5d];

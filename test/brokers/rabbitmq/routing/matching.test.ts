import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  coversKeys,
  keysOfPattern,
  splitKey,
  TopicTrie,
} from '../../../../src/brokers/rabbitmq/routing/matching.ts';
import { runs } from '../../../setup/runs.ts';

/** Whether a topic binding lets a routing key pass. */
function topicMatches(pattern: string, key: string): boolean {
  const trie = new TopicTrie<true>();
  trie.add(pattern, true);
  return !trie.matching(splitKey(key)).next().done;
}

/** Every row was seen on a real broker. */
const SEEN: readonly (readonly [pattern: string, key: string, matches: boolean])[] = [
  ['*', 'a', true],
  ['*', '', false],
  ['#', '', true],
  ['#', 'a.b', true],
  ['a.*', 'a.', true],
  ['a.*', 'a.b', true],
  ['a.*', 'a', false],
  ['a.*', 'a..', false],
  ['a.#', 'a', true],
  ['a.#', 'a.', true],
  ['a.#', 'a.b.c', true],
  ['a.#', 'ab', false],
  ['#.a', 'a', true],
  ['#.a', '.a', true],
  ['a.#.b', 'a.b', true],
  ['a.#.b', 'a..b', true],
  ['#.*', '', false],
  ['*.*', '.', true],
  ['a*', 'a*', true],
  ['a*', 'ab', false],
  ['A', 'a', false],
  ['', '', true],
  ['', 'a', false],
];

/** The definition, word by word, and as slow as can be. */
function naive(pattern: readonly string[], key: readonly string[]): boolean {
  const [word, ...rest] = pattern;
  if (word === undefined) return key.length === 0;
  if (word === '#')
    return key.length === 0 ? naive(rest, key) : naive(rest, key) || naive(pattern, key.slice(1));
  return key.length > 0 && (word === '*' || word === key[0]) && naive(rest, key.slice(1));
}

const word = fc.constantFrom('a', 'b', '', '*', '#');
const pattern = fc.array(word, { maxLength: 5 }).map((words) => words.join('.'));

describe('topic keys', () => {
  it.each(SEEN)('%j against %j: %j', (wanted, key, matches) => {
    expect(topicMatches(wanted, key)).toBe(matches);
  });

  it('match as by the definition, whatever else is bound', () => {
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 8 }), pattern, (patterns, key) => {
        const trie = new TopicTrie<number>();
        for (const [index, one] of patterns.entries()) trie.add(one, index);
        const expected = patterns.flatMap((one, index) =>
          naive(splitKey(one), splitKey(key)) ? [index] : [],
        );
        expect([...trie.matching(splitKey(key))].sort((a, b) => a - b)).toEqual(expected);
      }),
      { numRuns: runs(2000) },
    );
  });

  it('overlap where some key matches both', () => {
    const keys = allKeys(4);
    fc.assert(
      fc.property(shortPattern, shortPattern, (one, other) => {
        const overlaps = keys.some((key) => topicMatches(one, key) && topicMatches(other, key));
        const trie = new TopicTrie<true>();
        trie.add(one, true);
        expect(!trie.matching(keysOfPattern(other)).next().done).toBe(overlaps);
      }),
      { numRuns: runs(500) },
    );
  });

  it('that cover others match whatever those match', () => {
    const keys = allKeys(4);
    fc.assert(
      fc.property(shortPattern, shortPattern, (wide, narrow) => {
        if (!coversKeys(wide, keysOfPattern(narrow))) return;
        for (const key of keys) if (topicMatches(narrow, key)) expect(topicMatches(wide, key)).toBe(true);
      }),
      { numRuns: runs(500) },
    );
    expect(coversKeys('order.#', keysOfPattern('order.*'))).toBe(true);
    expect(coversKeys('order.*', keysOfPattern('order.#'))).toBe(false);
    expect(coversKeys('#.#', keysOfPattern('#'))).toBe(true);
  });

  it('are looked up without going through all that are bound', () => {
    const trie = new TopicTrie<number>();
    for (let i = 0; i < 20_000; i++) trie.add(`order.${i}.#`, i);
    const steps = vi.spyOn(Map.prototype, 'get');
    const found = [...trie.matching(['order', '777', 'x'])];
    const taken = steps.mock.calls.length;
    steps.mockRestore();
    expect(found).toEqual([777]);
    expect(taken).toBeLessThan(50);
  });
});

const shortPattern = fc
  .array(fc.constantFrom('a', 'b', '*', '#'), { maxLength: 3 })
  .map((words) => words.join('.'));

/** All keys of up to `length` words of a, b and c: enough to tell patterns of a and b apart. */
function allKeys(length: number): string[] {
  const keys = [''];
  let longest: string[] = [''];
  for (let i = 0; i < length; i++) {
    longest = longest.flatMap((key) => ['a', 'b', 'c'].map((next) => (key === '' ? next : `${key}.${next}`)));
    keys.push(...longest);
  }
  return keys;
}

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json, Plan } from '../../src/model/index.ts';
import { PLAIN, renderPlan } from '../../src/report/index.ts';
import { plan, resource, step } from './example.ts';
import { hostile } from './hostile.ts';

interface Texts {
  readonly before?: string;
  readonly after?: string;
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A plan that updates one field, by default with the texts that a kind without its own formats gives. */
function planOf(before: Json, after: Json, texts: Texts = {}): Plan {
  const address = 'main/stream/A';
  const changed = step({
    address,
    action: 'update',
    change: {
      action: 'update',
      before: resource(address),
      after: resource(address),
      fields: [{ path: ['f'], before, after }],
    },
    fields: [{ name: 'f', before: textOf(before), after: textOf(after), ...texts }],
  });
  return plan({ waves: [[changed]] });
}

/** The lines of the field. */
function linesOf(before: Json, after: Json, texts?: Texts): string[] {
  return renderPlan(planOf(before, after, texts), 'text', PLAIN)
    .split('\n')
    .slice(5, -1);
}

describe('a list', () => {
  test('shows its added and removed items, and counts the others', () => {
    expect(linesOf(['a.>', 'b', 'orders.old', 'c'], ['c', 'orders.new', 'a.>', 'b'])).toEqual([
      '      f  +orders.new  −orders.old  (3 unchanged)',
    ]);
    expect(linesOf([], ['late'], { before: '[]', after: '[late]' })).toEqual(['      f  +late']);
  });

  test('in another order, or of numbers, shows both values', () => {
    expect(linesOf(['a', 'b'], ['b', 'a'])).toEqual(['      f  ["a","b"] → ["b","a"]']);
    expect(linesOf([1, 2], [2, 3])).toEqual(['      f  [1,2] → [2,3]']);
  });

  test('with a text of its kind that says more shows that text', () => {
    const texts = { before: 'delete (broker default)' };
    expect(linesOf(['delete'], ['compact'], texts)).toEqual([
      '      f  delete (broker default) → ["compact"]',
    ]);
  });

  test('of many items is cut with a count', () => {
    const many = Array.from({ length: 100 }, (_, i) => `subject.${i}`);
    const [line = ''] = linesOf(many, ['subject.0', 'x'.repeat(1000)]);
    expect(line).toContain('−… 87 more removed  (1 unchanged)');
    expect(line).toContain('… (+840 characters)');
    expect(line.length).toBeLessThan(600);
  });
});

describe('a text', () => {
  test('with long alternatives shows which were added and removed', () => {
    const names = ['invoices', 'orders', 'payments', 'shipments', 'returns'];
    const before = `^(${names.join('|')})$`;
    expect(linesOf(before, before.replace('returns', 'refunds'))).toEqual([
      '      f  +refunds  −returns  (4 unchanged)',
    ]);
    const ungrouped = names.map((name) => String.raw`^${name}\..*$`).join('|');
    expect(linesOf(ungrouped, ungrouped.replace('returns', 'refunds'))).toEqual([
      String.raw`      f  +^refunds\..*$  −^returns\..*$  (4 unchanged)`,
    ]);
  });

  test('with alternatives inside of other groups shows both lines', () => {
    const before = `^(${'a|b'.repeat(30)})(c|d)$`;
    expect(linesOf(before, `${before}x`)).toEqual(['      f', `        - ${before}`, `        + ${before}x`]);
  });

  test('of several lines shows the changed ones with context', () => {
    const text = Array.from({ length: 20 }, (_, i) => `line ${i}`).join('\n');
    expect(linesOf(text, text.replace('line 9', 'line nine'))).toEqual([
      '      f',
      '          line 7',
      '          line 8',
      '        - line 9',
      '        + line nine',
      '          line 10',
      '          line 11',
    ]);
  });

  test('that is long is cut with a count', () => {
    const lines = linesOf('a'.repeat(5000), 'b'.repeat(5000));
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(line.length).toBeLessThan(200);
    expect(lines[1]).toContain('… (+4,840 characters)');
  });
});

describe('a JSON value', () => {
  test('shows the changed lines of its outline', () => {
    const before = [
      { name: 'ORIGIN', external: { api: '$JS.hub.API' } },
      { name: 'OTHER', opt_start_seq: 1 },
    ];
    const after = [
      { name: 'ORIGIN', external: { api: '$JS.leaf.API' } },
      { name: 'OTHER', opt_start_seq: { $int: '9007199254740993' } },
    ];
    expect(linesOf(before, after)).toEqual([
      '      f',
      '          - name: ORIGIN',
      '            external:',
      '        -     api: $JS.hub.API',
      '        +     api: $JS.leaf.API',
      '          - name: OTHER',
      '        -   opt_start_seq: 1',
      '        +   opt_start_seq: 9007199254740993',
    ]);
  });

  test('shows no secret', () => {
    const uri = (host: string): Json => [
      { uri: { $secret: `amqp://u:hidden@${host}` }, name: 'a name that makes it long' },
      { key: { $secret: 'hidden' } },
    ];
    const shown = (host: string) =>
      `[{"uri":"amqp://(secret)@${host}","name":"a name that makes it long"},{"key":"(secret)"}]`;
    const text = linesOf(uri('a'), uri('b'), { before: shown('a'), after: shown('b') }).join('\n');
    expect(text).toContain('+ - uri: "amqp://(secret)@b"');
    expect(text).not.toContain('hidden');
  });

  test('with very many changes is cut with a count, in bounded time', () => {
    const many = (sign: string) => Array.from({ length: 150 }, (_, i) => ({ name: `${sign}${i}` }));
    expect(linesOf(many('a'), many('b'))).toHaveLength(32);
    expect(linesOf(many('a'), many('b')).at(-1)).toBe('        … 270 more changed lines');
    const huge = (sign: string) => Array.from({ length: 50_000 }, (_, i) => ({ name: `${sign}${i}` }));
    expect(linesOf(huge('a'), huge('b'))).toHaveLength(1);
    const wide = (sign: string) => Array.from({ length: 5000 }, (_, i) => ({ name: `${sign}${i}` }));
    expect(linesOf(wide('a'), wide('b'))).toHaveLength(2);
  });
});

test('whatever a value is: indented lines without control characters, bounded, the same each time', () => {
  const value = fc.oneof(
    hostile,
    fc.array(hostile),
    fc.array(fc.dictionary(hostile, fc.oneof(hostile, fc.integer(), fc.constant(null), fc.array(hostile)))),
  ) as fc.Arbitrary<Json>;
  fc.assert(
    fc.property(value, value, (before, after) => {
      const lines = linesOf(before, after);
      expect(lines.length).toBeLessThan(40);
      for (const line of lines) {
        expect(line).toMatch(/^ {6}/);
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      }
      expect(linesOf(before, after)).toEqual(lines);
    }),
  );
});

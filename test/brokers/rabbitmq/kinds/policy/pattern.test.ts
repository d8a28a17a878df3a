import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NamePatterns } from '../../../../../src/brokers/rabbitmq/kinds/policy/pattern.ts';
import { runs } from '../../../../setup/runs.ts';

function matching(pattern: string, ...names: string[]): (boolean | undefined)[] {
  const { matches } = new NamePatterns().compile(pattern);
  return names.map(matches);
}

/** What the broker says of the same patterns is asked in `test/live/rabbitmq/patterns.test.ts`. */
describe('patterns of names', () => {
  it('lookahead at the very beginning is a condition of its own', () => {
    const names = ['amq.gen', 'orders', 'orders.tmp', 'x'];
    expect(matching('^(?!amq\\.).*', ...names)).toEqual([false, true, true, true]);
    expect(matching('^(?!amq\\.)(?!.*\\.tmp$)[a-z.]{2,}', ...names)).toEqual([false, true, false, false]);
    expect(matching('^(?=.*s$)(?![)(]|x)o', ...names)).toEqual([false, true, false, false]);
    expect(matching('^(?!amq)a|x', ...names)).toEqual(names.map(() => undefined));
    expect(matching('^(?!a)*x', ...names)).toEqual(names.map(() => undefined));
  });

  it('agrees with a backtracking engine, or says that it does not know', () => {
    const token = fc.constantFrom(
      ...['a', 'b', '.', '\\.', '\\w', '\\d', '-', '^', '$', '|', '(', ')', '(?:', '(?!', '*', '+', '?'],
      ...['{2}', '{1,3}', '[ab]', '[^a]', '[a-c]', '\\b', '(?=', '1'],
    );
    const pattern = fc.array(token, { maxLength: 8 }).map((tokens) => tokens.join(''));
    const name = fc.array(fc.constantFrom('a', 'b', 'c', '.', '-', '1'), { maxLength: 8 });
    const tries = runs(3000);
    let known = 0;
    fc.assert(
      fc.property(pattern, name, (text, letters) => {
        let slow: RegExp;
        try {
          slow = new RegExp(text);
        } catch {
          return;
        }
        const verdict = new NamePatterns().compile(text).matches(letters.join(''));
        if (verdict === undefined) return;
        known++;
        expect(verdict, text).toBe(slow.test(letters.join('')));
      }),
      { numRuns: tries },
    );
    expect(known).toBeGreaterThan(tries / 10);
  });

  it('takes bounded time and memory for any pattern and any name', () => {
    const hostile = [
      ...[
        '^(a+)+$',
        '(a|a)*b',
        '(a*)*b',
        '(a|aa)+$',
        '(.*)*x',
        '^(([a-z])+.)+[A-Z]([a-z])+$',
        '(a?){50}a{50}',
      ],
      ...['(a{1000}){1000}', '((a{30}){30}){30}', '(.{1,999}){1,999}', `${'(a|b)'.repeat(500)}{1000}`],
      ...[
        '('.repeat(10_000),
        `${'('.repeat(4000)}${')*'.repeat(4000)}`,
        'a'.repeat(10_000),
        'a*'.repeat(4000),
      ],
      ...['(x+x+)+y', '(?:a|b|ab)*c', '[a-z]*'.repeat(1300), '.*'.repeat(2000), '(a|b)*a(a|b){900}'],
      ...[`^(?!${'(a+)+'.repeat(500)}$)`, `(${Array.from({ length: 3000 }, (_, i) => i).join('|')})`],
      ...['\\pL'.repeat(2000), '[^\\x00-\\xff]'.repeat(500), '{'.repeat(8000), '\\'.repeat(8001)],
    ];
    const names = [
      'a'.repeat(255),
      `${'a'.repeat(254)}!`,
      'ab'.repeat(127),
      'é'.repeat(120),
      '\n'.repeat(50),
    ];
    const start = process.cpuUsage();
    const patterns = new NamePatterns();
    for (const text of hostile) {
      const pattern = patterns.compile(text);
      for (const name of names) pattern.matches(name);
    }
    // However many there are, they share one budget.
    for (let i = 0; i < 1000; i++) {
      const pattern = patterns.compile(`^(a|b)*a(a|b){300}${i}$`);
      for (const name of names) pattern.matches(name);
    }
    expect(process.cpuUsage(start).user).toBeLessThan(20_000_000);
    expect(patterns.compile('[a-f]+x').unknown).toBe('there are too many large patterns');
    expect(patterns.compile('^orders').matches('orders')).toBe(true);
  });
});

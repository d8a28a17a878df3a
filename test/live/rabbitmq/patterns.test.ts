import { afterEach, beforeEach, expect, test } from 'vitest';
import { NamePatterns } from '../../../src/brokers/rabbitmq/kinds/policy/pattern.ts';
import { CliProject, eachLine } from './cli-project.ts';

/** Of all sorts that names may have: what the engines take for letters, spaces, words and line ends. */
const NAMES = [
  ...['orders', 'orders.eu', 'orders-eu.1', 'Orders', 'ORDERS', 'amq-x', 'a', 'aa', `${'a'.repeat(24)}!`],
  ...[
    'ab',
    'aab',
    'x y',
    'a+b',
    '(a)',
    '[a]',
    'a{2}',
    'a|b',
    '^a',
    'a$',
    'a/b',
    'a\\b',
    'a_b',
    '1',
    '12',
    'a1',
  ],
  ...['é', 'Éé', '日本', 'café.x', 'a]', '-', 'a.b.c', '{}', 'tab\tx', '~', 'a,b'],
];

const PATTERNS = [
  ...['', '.*', '.', '^$', '^', '$', '^a', 'a$', 'orders', '^orders\\.', '(?i)^ORDERS$', 'o.d', '^[a-z]+$'],
  ...['^[^a]', '^\\w+$', '^\\W', '\\d', '^\\D+$', '\\s', '\\bb', '\\Bb', '^(a+)+$', '(a|a)*b', '^(a|b)*$'],
  ...[
    '^a{2}$',
    '^a{2,}$',
    'a{,2}',
    'a{1, 2}',
    'a{01}',
    'a{b',
    '{',
    'a]',
    '[]a]',
    '[^]a]',
    '[a-]',
    '[\\]]',
    '[[]',
  ],
  ...[
    '[[:alpha:]]',
    '^[[:alnum:]]+$',
    '[\\w-a]',
    '[a-\\d]',
    '[\\w.]+',
    '[a&&b]',
    '[\\b]',
    '(?P<n>a)',
    '(a)\\1',
  ],
  ...[
    '\\x61',
    '\\012',
    '\\Aa',
    'a\\Z',
    'a\\z',
    '\\Qa.b\\E',
    '\\-',
    '\\_',
    '\\h',
    '\\v',
    '\\N',
    '\\pL',
    '\\C',
  ],
  ...[
    '^(?!orders)',
    '^(?!amq-).*',
    '^(?=.*b)(?!x)[a-z ]',
    '^(?!a)b|a',
    'a(?!b)',
    '(?<=a)b',
    '(?>a)b',
    'a++',
    'a+?',
  ],
  ...[
    '(?#c)a',
    '(?x)a b',
    '(?m)^a',
    '(?U)a+',
    '(?i:A)b',
    'a(?i)b|C',
    '(?|a|b)',
    '(*FAIL)',
    '(?:^)*a',
    '(a{2}){3}',
  ],
  ...[
    'a|',
    '()',
    '(|a)',
    'a{1000}',
    'a{1001}',
    '(a{1000}){1000}',
    '^é+$',
    '^..$',
    '(?i)É',
    '[^\\x00-\\x7f]',
    '[a^]',
  ],
];

eachLine('patterns on RabbitMQ %s', (broker) => {
  let project: CliProject;
  beforeEach(async () => {
    project = new CliProject(broker);
    await project.makeVhost();
  });
  afterEach(() => project?.remove());

  test('match what the broker matches, or are unknown', async () => {
    const { broker: api, vhost } = project;
    for (const name of NAMES) await api.put(['exchanges', vhost, name], { type: 'direct' });
    const patterns = new NamePatterns();
    let known = 0;
    for (const pattern of PATTERNS) {
      const policy = { pattern, definition: { 'alternate-exchange': 'x' }, 'apply-to': 'exchanges' };
      const isTaken = await api.put(['policies', vhost, 'p'], policy).then(
        () => true,
        () => false,
      );
      // What the broker refuses applies to nothing.
      if (!isTaken) continue;
      const listed = await api.get('exchanges', vhost);
      const { matches } = patterns.compile(pattern);
      for (const { name, policy: applied } of listed) {
        if (typeof name !== 'string' || !NAMES.includes(name)) continue;
        const verdict = matches(name);
        if (verdict === undefined) continue;
        known++;
        expect([pattern, name, verdict]).toEqual([pattern, name, applied === 'p']);
      }
      await api.delete('policies', vhost, 'p');
    }
    expect(known).toBeGreaterThan(2000);
  });
});

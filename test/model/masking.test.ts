import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BrokerError, ConnectionError, Secrets } from '../../src/model/index.ts';
import { runs } from '../setup/runs.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** Ways in which a broker, a proxy or a library quotes what we sent. */
const quotes: Readonly<Record<string, (secret: string, user: string) => string>> = {
  plain: (secret) => secret,
  'in a URI': (secret, user) => `amqp://${encodeURIComponent(user)}:${encodeURIComponent(secret)}@host`,
  'percent-encoded in small letters': (secret) =>
    encodeURIComponent(secret).replace(/%../g, (hex) => hex.toLowerCase()),
  'every byte percent-encoded': (secret) =>
    [...Buffer.from(secret)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  'in a form': (secret) => new URLSearchParams({ x: secret }).toString().slice(2),
  'in JSON': (secret) => JSON.stringify(secret).slice(1, -1),
  'as escapes': (secret) =>
    secret.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  'in HTML': (secret) =>
    secret.replace(/[&<>"]/g, (one) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[one] ?? '&quot;'),
  'as numbers in HTML': (secret) => secret.replace(/./gsu, (one) => `&#${one.codePointAt(0)};`),
  'as Authorization': (secret, user) => `Basic ${base64(`${user}:${secret}`)}`,
  'as SASL PLAIN': (secret, user) => base64(`\0${user}\0${secret}`),
  'in base64': base64,
};

const secrets = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 });
const users = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 8 });

describe('a secret is masked', () => {
  test.each(Object.entries(quotes))('%s', (_, quote) => {
    fc.assert(
      fc.property(secrets, users, (password, username) => {
        fc.pre(password !== username && password.trim() !== '');
        const known = new Secrets({ sasl: { username, password } });
        const quoted = quote(password, username);
        const masked = known.mask(`refused: ${quoted} ,`);
        expect(masked).toMatch(/^refused: (?!$)/);
        expect(masked).toContain('(secret)');
      }),
      { numRuns: runs(30) },
    );
  });

  test('wherever the settings hold it', () => {
    const known = new Secrets({
      url: 'amqp://app:p%40ss%2Fword@host:5672',
      sasl: { 'token-command': ['./get-token', '--audience', 'kafka'], password: 'correct horse' },
      token: 'tok-123456',
      credentials: './app.creds',
    });
    known.add('from the environment');
    expect(known.mask('p@ss/word p%40ss%2Fword correct horse tok-123456 from the environment')).toBe(
      '(secret) (secret) (secret) (secret) (secret)',
    );
    expect(known.mask('./get-token --audience kafka ./app.creds app')).toBe(
      './get-token --audience kafka ./app.creds app',
    );
  });

  test('in errors, their hints, failures, causes and stack traces', () => {
    const known = new Secrets({ password: 'hunter2-hunter2' });
    const said = 'you sent hunter2-hunter2';
    const connection = new ConnectionError('main', said, { hint: said, cause: new Error(said) });
    const refusal = new BrokerError('main', { op: 'read', message: said, hint: said }, connection);
    const several = new AggregateError([refusal, new TypeError(said)], said);
    known.maskError(several);
    for (const error of [several, ...several.errors, connection, connection.cause as Error]) {
      expect([error.message, error.stack, JSON.stringify(error)].join()).not.toContain('hunter2');
    }
    expect(refusal.failure.message).toBe('you sent (secret)');
  });
});

test('a short secret is masked as a word only, and the user’s own name never', () => {
  const known = new Secrets({ url: 'amqp://guest:guest@host', sasl: { username: 'app', password: 'a' } });
  expect(known.mask('user "guest" has sent a, a broker said')).toBe(
    'user "guest" has sent (secret), (secret) broker said',
  );
  expect(new Secrets({}).mask('nothing to hide')).toBe('nothing to hide');
});

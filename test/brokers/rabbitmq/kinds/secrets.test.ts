import { describe, expect, it } from 'vitest';
import { conceal, holdsCredentials } from '../../../../src/brokers/rabbitmq/kinds/secrets.ts';
import { HIDDEN } from '../../../../src/model/index.ts';

const resolve = (template: string) => template.replace('${URI}', 'amqp://u:p@a').replace('${NAME}', 'x');

describe('conceal', () => {
  it('puts the declared reference where it resolves to what the broker has', () => {
    const live = { 'src-uri': ['amqp://u:p@a', 'amqp://u:other@b'], 'src-queue': 'x', n: 1 };
    const desired = {
      'src-uri': [{ $secret: '${URI}' }, { $secret: '${URI}' }],
      'src-queue': { $secret: '${NAME}' },
      n: 1,
    };
    expect(conceal(live, desired, resolve)).toEqual({
      'src-uri': [{ $secret: '${URI}' }, HIDDEN],
      'src-queue': { $secret: '${NAME}' },
      n: 1,
    });
  });

  it('hides credentials that nobody declared, at any depth', () => {
    const live = { uri: 'amqps://u:p@a/v?x=1', deep: [{ password: 'p', user: 'u' }], plain: 'amqp://a' };
    expect(conceal(live, undefined, resolve)).toEqual({
      uri: HIDDEN,
      deep: [{ password: HIDDEN, user: 'u' }],
      plain: 'amqp://a',
    });
  });
});

describe('holdsCredentials', () => {
  it.each([
    ['amqp://u:p@a', true],
    ['amqp://u:p%40@a', true],
    ['AMQPS://u:@a', true],
    ['amqp://u@a', false],
    ['amqp://a:5672/v', false],
    ['amqp://', false],
    ['amqps://a/v?certfile=c&password=x', true],
    ['amqps://a/v?password=', false],
    ['a:b@c', false],
  ])('%s: %s', (text, expected) => {
    expect(holdsCredentials(text)).toBe(expected);
  });
});

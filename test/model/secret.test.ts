import { expect, test } from 'vitest';
import { shownSecrets } from '../../src/model/index.ts';

test.each([
  ['${PASSWORD}', '(secret)'],
  ['(hidden)', '(secret)'],
  ['amqp://app:${PASSWORD}@rabbit.example/shop', 'amqp://(secret)@rabbit.example/shop'],
  ['amqps://${USER}:${PASSWORD}@${HOST}:5671?password=${KEY}', 'amqps://(secret)@${HOST}:5671'],
  ['amqp://a:b@c:${PASSWORD}@host', '(secret)'],
  ['amqp://host?password=${KEY}', '(secret)'],
])('the secret %s is shown as %s', (template, shown) => {
  expect(shownSecrets({ $secret: template })).toBe(shown);
  expect(shownSecrets({ uri: [{ $secret: template }, 'plain'] })).toEqual({ uri: [shown, 'plain'] });
});

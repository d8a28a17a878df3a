import { expect, test } from 'vitest';
import { failureOf } from '../../../../src/brokers/rabbitmq/session/refusals.ts';
import { readSettings } from '../../../../src/brokers/rabbitmq/session/settings.ts';

test.each([301, 302, 307, 308])('an answer with the status %i says what to do', (status) => {
  const settings = readSettings({
    name: 'main',
    type: 'rabbitmq',
    settings: { type: 'rabbitmq', url: 'amqp://localhost' },
    resolve: (text) => text,
    timeout: 1000,
  });
  const { hint } = failureOf({ status, body: undefined, date: undefined }, settings, { op: 'read overview' });
  expect(hint).toContain('"management" must name the address behind it');
});

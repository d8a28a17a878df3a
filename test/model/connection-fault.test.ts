import { expect, test } from 'vitest';
import { certificateFault, handshakeFault, networkFault } from '../../src/model/index.ts';

const HINTS = { port: 'check the port', host: 'check the host' };

test.each([
  ['ECONNREFUSED', 'nothing listens at h:1', 'check the port', true],
  ['ENOTFOUND', 'the host of h:1 is not known', 'check the host', undefined],
  ['EAI_AGAIN', 'the host of h:1 could not be looked up', undefined, true],
  ['ETIMEDOUT', 'h:1 cannot be reached (ETIMEDOUT)', undefined, true],
  ['EHOSTUNREACH', 'h:1 cannot be reached (EHOSTUNREACH)', undefined, true],
])('%s: %s', (code, message, hint, transient) => {
  expect(networkFault('h:1', code, HINTS)).toEqual({
    message,
    ...(hint && { hint }),
    ...(transient && { transient }),
  });
});

test('what is no fault of the network, a certificate or a handshake is left to the broker', () => {
  expect(networkFault('h:1', 'ECONNRESET', HINTS)).toBeUndefined();
  expect(certificateFault('h:1', 'ECONNRESET', '')).toBeUndefined();
  expect(handshakeFault('h:1', 'ECONNRESET', 'read ECONNRESET')).toBeUndefined();
});

import { expect, test } from 'vitest';
import {
  isArgumentInForce,
  isOperatorInForce,
} from '../../../../../src/brokers/rabbitmq/kinds/policy/in-force.ts';

const [OLD, NEW] = ['3.10.8', '4.3.6'];

test.each([
  // key, type, version, argument, policy: which one is in force
  ['message-ttl', 'classic', OLD, 5, 9, 'argument'],
  ['message-ttl', 'quorum', NEW, 9, 5, 'policy'],
  ['max-length', 'classic', NEW, 9, 5, 'policy'],
  ['max-length-bytes', 'quorum', OLD, 5, 9, 'argument'],
  ['expires', 'classic', OLD, 5, 9, 'argument'],
  ['expires', 'quorum', OLD, 5, 9, 'policy'],
  ['expires', 'quorum', NEW, 5, 9, 'argument'],
  ['delivery-limit', 'quorum', OLD, 5, 9, 'argument'],
  // No limit gives way to any.
  ['delivery-limit', 'quorum', NEW, -1, 9, 'policy'],
  ['delivery-limit', 'quorum', NEW, 9, -1, 'argument'],
  ['delivery-limit', 'quorum', OLD, -1, 9, 'argument'],
  ['overflow', 'classic', NEW, 'drop-head', 'reject-publish', 'argument'],
  ['overflow', 'quorum', NEW, 'drop-head', 'reject-publish', 'policy'],
  ['dead-letter-exchange', 'quorum', NEW, 'a', 'b', 'argument'],
  ['dead-letter-routing-key', 'classic', OLD, 'a', 'b', 'argument'],
  ['max-age', 'stream', NEW, '1D', '30D', 'policy'],
  ['max-length-bytes', 'stream', OLD, 5, 9, 'policy'],
  ['anything-new', 'classic', NEW, 1, 2, 'argument'],
] as const)(
  '%s of a %s queue on %s: argument %j, policy %j',
  (key, type, version, argument, policy, winner) => {
    expect(isArgumentInForce(key, { type, version }, argument, policy)).toBe(winner === 'argument');
  },
);

test.each([
  ['max-length', NEW, 5, 9, 'policy'],
  ['max-length', OLD, 9, 5, 'operator'],
  ['delivery-limit', NEW, 5, -1, 'policy'],
  ['delivery-limit', OLD, 5, -1, 'operator'],
  ['overflow', NEW, 'drop-head', 'reject-publish', 'operator'],
] as const)('%s on %s: policy %j, operator policy %j', (key, version, policy, operator, winner) => {
  expect(isOperatorInForce(key, version, policy, operator)).toBe(winner === 'operator');
});

import { expect, test } from 'vitest';
import { type BrokerIdentity, isSameCluster } from '../../src/model/index.ts';

function identity(id: string, more: Partial<BrokerIdentity> = {}): BrokerIdentity {
  return { name: 'main', type: 'rabbitmq', id, version: '4.3.6', facts: {}, ...more };
}

const RENAMES = { renamedTo: 'new' };
const A = { clusterId: 'a' };
const B = { clusterId: 'b' };

test.each<[planned: BrokerIdentity, live: BrokerIdentity, isSame: boolean, why: string]>([
  [identity('x'), identity('x'), true, 'the name is all that is known of either'],
  [identity('x', A), identity('x'), true, 'of one, the user of the apply may read less'],
  [identity('x'), identity('x', A), true, 'of one, the user of the plan may read less'],
  [identity('x'), identity('y'), false, 'other name'],
  [identity('x'), identity('x', { type: 'nats' }), false, 'other type'],
  [identity('x', A), identity('x', B), false, 'a namesake'],
  [identity('x', A), identity('y', A), false, 'a copy with a name of its own'],
  [identity('old', { ...A, ...RENAMES }), identity('old', A), true, 'before the plan renames it'],
  [identity('old', { ...A, ...RENAMES }), identity('new', A), true, 'after the plan has renamed it'],
  [identity('old', { ...A, ...RENAMES }), identity('new', B), false, 'another one that has the new name'],
  [identity('old', { ...A, ...RENAMES }), identity('other', A), false, 'renamed by somebody else'],
  [identity('old', RENAMES), identity('new'), false, 'nothing tells it from another one of the new name'],
  [identity('old', RENAMES), identity('new', A), false, 'the plan does not know its id'],
])('%j and %j: %s (%s)', (planned, live, isSame) => {
  expect(isSameCluster(planned, live)).toBe(isSame);
});

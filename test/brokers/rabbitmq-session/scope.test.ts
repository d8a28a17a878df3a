import { expect, test } from 'vitest';
import { needsOf } from '../../../src/brokers/rabbitmq/session/scope.ts';
import type { Scope } from '../../../src/model/index.ts';

function needs(scope: Partial<Scope>) {
  const { kinds, vhosts, everyVhost } = needsOf({ desired: [], retired: [], owns: [], ...scope }, 'main');
  return {
    kinds: [...kinds].sort(),
    vhosts: Object.fromEntries([...vhosts].map(([kind, names]) => [kind, [...names]])),
    everyVhost: [...everyVhost].sort(),
  };
}

test('declared and retired resources need their own kind and vhost', () => {
  const desired = [{ address: 'main/queue/%2Forders/a', spec: {}, needs: [] }];
  expect(needs({ desired, retired: ['main/user/bob', 'other/queue/x/y'] })).toEqual({
    kinds: ['queue', 'user'],
    vhosts: { queue: ['/orders'] },
    everyVhost: [],
  });
});

test('a glob with a literal vhost needs only that vhost', () => {
  expect(needs({ owns: ['main/queue/%2Forders/*', 'main/policy/%2Forders/**'] })).toEqual({
    kinds: ['policy', 'queue'],
    vhosts: { queue: ['/orders'], policy: ['/orders'] },
    everyVhost: [],
  });
});

test('a glob in the vhost needs all vhosts, but of its kind only', () => {
  expect(needs({ owns: ['main/queue/team-*/x'] })).toEqual({
    kinds: ['queue'],
    vhosts: {},
    everyVhost: ['queue'],
  });
  expect(needs({ owns: ['main/queue/**'] }).everyVhost).toEqual(['queue']);
  expect(needs({ owns: ['main/queue/te**'] }).everyVhost).toEqual(['queue']);
});

test('a glob in the kind needs every kind that it matches', () => {
  expect(needs({ owns: ['main/*policy/v/*'] }).kinds).toEqual(['operator-policy', 'policy']);
  expect(needs({ owns: ['main/*/v/**'] }).vhosts).toMatchObject({ queue: ['v'], permission: ['v'] });
  expect(needs({ owns: ['main/user**'] }).kinds).toEqual(['user', 'user-limits']);
});

test.each(['**', 'main/**', 'm*/**', '*/**'])('%s needs everything', (glob) => {
  expect(needs({ owns: [glob] }).kinds).toHaveLength(13);
});

test('globs of other brokers need nothing', () => {
  expect(needs({ owns: ['other/**', 'mai/queue/**'] }).kinds).toEqual([]);
});

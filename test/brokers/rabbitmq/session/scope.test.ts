import { expect, test } from 'vitest';
import { needsOf } from '../../../../src/brokers/rabbitmq/session/read.ts';
import type { Scope } from '../../../../src/model/index.ts';

const EXISTING = ['/orders', 'team-a', 'team-b', 'v'];
const PER_VHOST = ['exchange', 'queue', 'binding', 'policy', 'operator-policy'];

function dependsOn(scope: Partial<Scope>) {
  const { kinds, listsVhosts, vhostsOf } = needsOf({ desired: [], retired: [], owns: [], ...scope }, 'main');
  const vhosts = PER_VHOST.map((kind) => [kind, [...vhostsOf([kind], EXISTING)]] as const);
  return {
    kinds: [...kinds].sort(),
    vhosts: Object.fromEntries(vhosts.filter(([, names]) => names.length > 0)),
    listsVhosts,
  };
}

const queue = { address: 'main/queue/%2Forders/a', spec: {}, dependsOn: [] };
const vhost = { address: 'main/vhost/v', spec: {}, dependsOn: [] };

test('a queue or exchange, declared or retired, needs the bindings of its vhost', () => {
  const expected = {
    kinds: ['binding', 'queue'],
    vhosts: { queue: ['/orders'], binding: ['/orders'] },
    listsVhosts: false,
  };
  expect(dependsOn({ desired: [queue] })).toEqual(expected);
  expect(dependsOn({ retired: [queue.address, 'other/queue/x/y'] })).toEqual(expected);
});

test('a retired user needs all that belongs to it, in whatever vhost', () => {
  expect(dependsOn({ retired: ['main/user/bob'] })).toEqual({
    kinds: ['permission', 'topic-permission', 'user', 'user-limits'],
    vhosts: {},
    listsVhosts: false,
  });
});

test('a retired vhost needs all that is in it; a declared one, which is never replaced, itself only', () => {
  const inside = ['parameter', 'permission', 'topic-permission', 'user', 'vhost', 'vhost-limits'];
  expect(dependsOn({ retired: [vhost.address] })).toEqual({
    kinds: [...PER_VHOST, ...inside].sort(),
    vhosts: Object.fromEntries(PER_VHOST.map((kind) => [kind, ['v']])),
    listsVhosts: false,
  });
  expect(dependsOn({ desired: [vhost] })).toEqual({ kinds: ['vhost'], vhosts: {}, listsVhosts: false });
});

test('a glob with a literal vhost needs only that vhost', () => {
  expect(dependsOn({ owns: ['main/queue/%2Forders/*', 'main/policy/%2Forders/**'] })).toEqual({
    kinds: ['binding', 'policy', 'queue'],
    vhosts: { queue: ['/orders'], policy: ['/orders'], binding: ['/orders'] },
    listsVhosts: false,
  });
});

test('a glob in the vhost needs the vhosts that it matches', () => {
  const expected = {
    kinds: ['binding', 'queue'],
    vhosts: { queue: ['team-a', 'team-b'], binding: ['team-a', 'team-b'] },
    listsVhosts: true,
  };
  expect(dependsOn({ owns: ['main/queue/team-*/x'] })).toEqual(expected);
  expect(dependsOn({ owns: ['main/queue/te**'] })).toEqual(expected);
  expect(dependsOn({ owns: ['main/queue/**'] }).vhosts.queue).toEqual(EXISTING);
  expect(dependsOn({ owns: ['main/vhost/team-*'] }).vhosts.exchange).toEqual(['team-a', 'team-b']);
});

test('a glob in the kind needs every kind that it matches', () => {
  const policies = dependsOn({ owns: ['main/*policy/v/*'] });
  expect(policies.kinds).toEqual(['operator-policy', 'policy', 'queue']);
  expect(dependsOn({ owns: ['main/*/v/**'] }).vhosts).toMatchObject({ queue: ['v'] });
  expect(dependsOn({ owns: ['main/user-**'] }).kinds).toEqual(['user', 'user-limits']);
});

test.each(['**', 'main/**', 'm*/**', '*/**'])('%s needs everything', (glob) => {
  expect(dependsOn({ owns: [glob] }).kinds).toHaveLength(14);
});

test('globs of other brokers need nothing', () => {
  expect(dependsOn({ owns: ['other/**', 'mai/queue/**'] }).kinds).toEqual([]);
});

import fc from 'fast-check';
import { operationsOn } from '../../../src/brokers/kafka/fields/acl.ts';
import { type AclSpec, CLUSTER_NAME } from '../../../src/brokers/kafka/kinds/acl/spec.ts';

/** Types that clients can ask about without being set up for it. */
const TYPES = ['topic', 'group', 'transactional-id', 'cluster'] as const;

export const USERS = ['a', 'b', 'c', 'd'] as const;

/** Names that begin alike, and the one by which brokers ask whether anything of a type is allowed. */
export const NAMES = ['a', 'ab', 'abc', 'abd', 'b', 'bc'] as const;

/** What tells the names of one run from those of others on a shared cluster; empty on a cluster of its own. */
export interface WorldOptions {
  readonly prefix: string;
}

/** Operations that both lines have and that clients can be seen to have. */
const operationsFor = (type: (typeof TYPES)[number]) => [
  'all' as const,
  ...operationsOn(type).filter((one) => one !== 'two-phase-commit'),
];

export function worlds({ prefix }: WorldOptions): fc.Arbitrary<AclSpec[]> {
  // ACLs of everyone, or on the cluster, would reach other tests; on a cluster of its own a run has no prefix.
  const isAlone = prefix === '';
  const principal = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...USERS).map((user) => `User:${prefix}${user}`) },
    { weight: 1, arbitrary: fc.constant('User:*') },
  );
  const resource = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...NAMES).map((name) => ['literal', prefix + name] as const) },
    {
      weight: 4,
      arbitrary: fc.constantFrom('a', 'ab', 'abc', 'b').map((name) => ['prefixed', prefix + name] as const),
    },
    { weight: 2, arbitrary: fc.constant(['literal', '*'] as const) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(['literal', 'hardcode'] as const, ['prefixed', 'hard'] as const),
    },
  );
  const acl = (types: readonly (typeof TYPES)[number][]) =>
    fc.constantFrom(...types).chain((type) =>
      fc.record({
        'resource-type': fc.constant(type),
        principal,
        resource: type === 'cluster' ? fc.constant(['literal', CLUSTER_NAME] as const) : resource,
        host: fc.constantFrom('*', '*', '*', '127.0.0.1', '10.0.0.1'),
        operation: fc.constantFrom(...operationsFor(type)),
        permission: fc.constantFrom(...(['allow', 'allow', 'allow', 'allow', 'deny'] as const)),
      }),
    );
  // Few ACLs, so that one alone decides whether a principal may write to any topic.
  const writing = fc.array(
    acl(['topic']).chain((one) =>
      fc.constantFrom(
        { ...one, operation: 'write' as const },
        { ...one, operation: 'write' as const, permission: 'deny' as const },
      ),
    ),
    { minLength: 1, maxLength: 8, size: 'max' },
  );
  const many = fc.array(acl([...TYPES, 'topic']), { minLength: 10, maxLength: 90, size: 'max' });
  return fc
    .oneof(many, writing)
    .map((acls) =>
      acls.map(({ resource: [pattern, name], ...rest }): AclSpec => ({ ...rest, pattern, name })),
    )
    .map((acls) =>
      acls.filter(({ principal: whose, name }) => isAlone || whose !== 'User:*' || name.startsWith(prefix)),
    );
}

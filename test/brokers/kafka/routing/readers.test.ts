import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aclResource } from '../../../../src/brokers/kafka/kinds/acl/spec.ts';
import { ANY_HOST, Authorizer } from '../../../../src/brokers/kafka/routing/authorizer.ts';
import { decide, holdersOf, onTopic } from '../../../../src/brokers/kafka/routing/requests.ts';
import { NAMES, USERS, worlds } from '../../../live/kafka/access-worlds.ts';
import { runs } from '../../../setup/runs.ts';

const HOSTS = [ANY_HOST, '127.0.0.1', '10.0.0.1'];

test('those who may do something to a topic are those whom the authorizer lets, from some address', () => {
  fc.assert(
    fc.property(
      worlds({ prefix: '' }),
      fc.constantFrom('read' as const, 'write' as const),
      (acls, operation) => {
        const authorizer = new Authorizer(acls.map((acl) => aclResource('kafka', acl)));
        for (const name of [...NAMES, 'other']) {
          const request = onTopic(operation, { name });
          const found = holdersOf(authorizer, request).map(({ principal }) => principal);
          const may = (principal: string) =>
            HOSTS.some((host) => decide(authorizer, { principal, host }, request).allowed);
          const isOpen = HOSTS.every(
            (host) => decide(authorizer, { principal: 'User:*', host }, request).allowed,
          );
          const all = ['User:*', ...USERS.map((user) => `User:${user}`)].filter(may);
          // One that has no ACL about the topic is a part of everyone.
          const named = authorizer.principalsAbout('topic', name);
          expect(found).toEqual(isOpen ? ['User:*'] : all.filter((principal) => named.has(principal)));
        }
      },
    ),
    { numRuns: runs(200) },
  );
});

import { expect, test } from 'vitest';
import type { AclOperation, AclResourceType } from '../../../../src/brokers/kafka/fields/acl.ts';
import { type AclSpec, aclResource, CLUSTER_NAME } from '../../../../src/brokers/kafka/kinds/acl/spec.ts';
import { ANY_HOST, Authorizer } from '../../../../src/brokers/kafka/routing/authorizer.ts';
import { decide } from '../../../../src/brokers/kafka/routing/requests.ts';

/** `User:a allow read topic t from 10.0.0.1`; `t*` is a prefix. */
function acl(text: string): AclSpec {
  const [principal = '', permission, operation, type, name = '', , host = '*'] = text.split(' ');
  const isPrefix = name.length > 1 && name.endsWith('*');
  return {
    'resource-type': type as AclResourceType,
    name: type === 'cluster' ? CLUSTER_NAME : isPrefix ? name.slice(0, -1) : name,
    pattern: isPrefix ? 'prefixed' : 'literal',
    ...{ principal, host, operation: operation as AclOperation, permission: permission as 'allow' | 'deny' },
  };
}

function answers(acls: readonly string[], requests: readonly string[]): string[] {
  const authorizer = new Authorizer(acls.map((text) => aclResource('kafka', acl(text))));
  return requests.map((text) => {
    const [principal = '', operation, type, name = '', , host = ANY_HOST] = text.split(' ');
    const request = {
      operation: operation as AclOperation,
      type: type as AclResourceType,
      name: type === 'cluster' ? CLUSTER_NAME : name,
    };
    const { allowed, reason, by } = decide(authorizer, { principal, host }, request);
    const which = by
      ? ` by ${acls.findIndex((one) => aclResource('kafka', acl(one)).address === by.address)}`
      : '';
    return `${allowed ? 'yes' : 'no'} ${reason}${which}`;
  });
}

test.each<[string, string[], string[], string[]]>([
  [
    'operations that a permission brings, and a denial does not take',
    [
      'User:a allow alter topic t',
      'User:a allow alter-configs topic t',
      'User:b deny write topic t',
      'User:b allow read topic t',
    ],
    [
      'User:a describe topic t',
      'User:a describe-configs topic t',
      'User:a read topic t',
      'User:b describe topic t',
    ],
    ['yes acl by 0', 'yes acl by 1', 'no no-match', 'yes acl by 3'],
  ],
  [
    'names: the most exact ACL is named, and a denial of whatever extent wins',
    [
      'User:a allow read topic *',
      'User:a allow read topic p*',
      'User:a allow read topic pay',
      'User:* deny read topic pa*',
    ],
    [
      'User:a read topic x',
      'User:a read topic p1',
      'User:a read topic pay',
      'User:b read topic pay',
      'User:b read topic x',
    ],
    ['yes acl by 0', 'yes acl by 1', 'no acl by 3', 'no acl by 3', 'no no-match'],
  ],
  [
    'hosts',
    ['User:a allow all topic t from 10.0.0.1', 'User:* deny write topic t from 10.0.0.1'],
    [
      'User:a read topic t',
      'User:a read topic t from 10.0.0.1',
      'User:a write topic t from 10.0.0.1',
      'User:a read topic u',
    ],
    ['no no-match', 'yes acl by 0', 'no acl by 1', 'no no-acl'],
  ],
  [
    'a topic may be created with the right on the cluster, whatever is denied on the topic',
    [
      'User:a allow create cluster x',
      'User:a deny create topic t',
      'User:b allow create topic t',
      'User:b deny create cluster x',
    ],
    ['User:a create topic t', 'User:b create topic t', 'User:b create topic u', 'User:b create cluster x'],
    ['yes acl by 0', 'yes acl by 2', 'no no-acl', 'no acl by 3'],
  ],
  [
    'a producer may be idempotent that may write to any topic at all',
    [
      'User:a allow write topic t',
      'User:b allow write topic t',
      'User:b deny write topic t',
      'User:c allow write topic t*',
      'User:c deny all topic t',
      'User:d allow write topic tt',
      'User:d deny write topic t*',
    ],
    [
      'User:a idempotent-write cluster',
      'User:b idempotent-write cluster',
      'User:c idempotent-write cluster',
      'User:d idempotent-write cluster',
    ],
    ['yes acl by 0', 'no no-acl', 'yes acl by 3', 'no no-acl'],
  ],
  [
    '… but for a denial of every topic',
    [
      'User:a allow all topic *',
      'User:a deny write topic *',
      'User:b allow all topic *',
      'User:b deny write topic p*',
    ],
    ['User:a idempotent-write cluster', 'User:b idempotent-write cluster'],
    ['no no-acl', 'yes acl by 2'],
  ],
])('%s', (_, acls, requests, expected) => {
  expect(answers(acls, requests)).toEqual(expected);
});

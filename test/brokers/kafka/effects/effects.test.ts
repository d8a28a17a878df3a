import { describe, expect, test } from 'vitest';
import { probesOf } from '../../../../src/brokers/kafka/effects/index.ts';
import { kafka } from '../../../../src/brokers/kafka/index.ts';
import { type AclSpec, aclOf, aclResource } from '../../../../src/brokers/kafka/kinds/acl/spec.ts';
import { type Access, Authorizer } from '../../../../src/brokers/kafka/routing/authorizer.ts';
import { completeSides } from '../../../../src/diff/index.ts';
import { kindOf } from '../../../../src/model/index.ts';
import { declareYaml } from '../topology.ts';

const broker = kafka.assume('kafka');

function completed(yaml: string) {
  const { resources } = declareYaml(`kafka:\n${yaml}`);
  return [...completeSides({ broker }, resources, [], kafka.kinds).desired.values()];
}

function lines(before: string, after: string): string[] {
  const found = kafka.effects?.(completed(before), completed(after), broker);
  return (found?.effects ?? []).map(
    ({ title, about, more, text, risk }) =>
      `${risk} ${title} [${about.join(', ')}${more > 0 ? ` +${more}` : ''}] ${text}`,
  );
}

function isAllowed(acls: readonly AclSpec[], access: Access): boolean {
  return new Authorizer(acls.map((acl) => aclResource('kafka', acl))).decide(access).allowed;
}

const topic = (partitions: number) =>
  `  topics: { pay: { partitions: ${partitions}, replication-factor: 3 } }\n`;
const acls = (...entries: string[]) => `  acls: { ${entries.join(', ')} }\n`;

test('more partitions move keys', () => {
  expect(lines(topic(6), topic(12))).toEqual([
    'disruptive topic pay [records with a key] go to 12 partitions instead of 6: most keys move, and their records before and after are not in order',
  ]);
  expect(lines(topic(6), topic(6))).toEqual([]);
});

describe('who may do what', () => {
  test.each<[string, string, string[]]>([
    [
      acls('"User:app": { produces: [pay] }'),
      acls('"User:app": { consumes: [pay] }'),
      [
        'disruptive User:app [write on topic pay] is no longer allowed',
        'safe User:app [read on topic pay] is allowed now',
      ],
    ],
    // Another ACL allows the same.
    [
      acls('"User:app": { produces: [pay], allow: [{ topic: { prefix: p }, operations: [all] }] }'),
      acls('"User:app": { allow: [{ topic: { prefix: p }, operations: [all] }] }'),
      [],
    ],
    // A denial wins, and forbids no more than it says.
    [
      acls('"User:app": { produces: [pay] }'),
      acls('"User:app": { produces: [pay], deny: [{ topic: pay, operations: [write] }] }'),
      ['disruptive User:app [write on topic pay] is no longer allowed'],
    ],
    [
      acls('"User:app": { consumes: [pay] }'),
      acls('"User:app": { consumes: [pay] }', '"User:*": { deny: [{ topic: pay, operations: [read] }] }'),
      [],
    ],
    [
      acls('"User:*": { consumes: [pay] }'),
      acls('"User:*": { groups: [{ prefix: team- }] }'),
      [
        'disruptive everybody [describe on topic pay, read on topic pay] is no longer allowed',
        'safe everybody [describe on groups that start with team-, read on groups that start with team-] is allowed now',
      ],
    ],
    [
      acls('"User:app": { allow: [{ topic: "*", operations: [all], hosts: [10.0.0.1] }] }'),
      acls('"User:app": { allow: [{ topic: "*", operations: [all], hosts: [10.0.0.2] }] }'),
      [
        'disruptive User:app [alter on any topic from 10.0.0.1, alter-configs on any topic from 10.0.0.1, create on any topic from 10.0.0.1, delete on any topic from 10.0.0.1, describe on any topic from 10.0.0.1 +3] is no longer allowed',
        'safe User:app [alter on any topic from 10.0.0.2, alter-configs on any topic from 10.0.0.2, create on any topic from 10.0.0.2, delete on any topic from 10.0.0.2, describe on any topic from 10.0.0.2 +3] is allowed now',
      ],
    ],
  ])('case %#', (before, after, expected) => {
    expect(lines(before, after)).toEqual(expected);
  });

  test('each request of an ACL is one that it allows by itself, and nobody without it', () => {
    const yaml = acls(
      '"User:a": { produces: [t, { prefix: p }], consumes: ["*"], groups: [g], transactional-ids: [x] }',
      '"User:*": { allow: [{ cluster: true, operations: [create, idempotent-write] }, { topic: t, operations: [alter-configs], hosts: [10.1.1.1] }] }',
    );
    const entries = completed(yaml).filter(({ address }) => kindOf(address) === 'acl');
    expect(entries.length).toBeGreaterThan(10);
    for (const acl of entries.map(aclOf)) {
      for (const probe of probesOf(acl)) {
        expect(isAllowed([acl], probe)).toBe(true);
        expect(isAllowed([], probe)).toBe(false);
        expect(isAllowed([{ ...acl, permission: 'deny', operation: 'all' }, acl], probe)).toBe(false);
      }
    }
  });
});

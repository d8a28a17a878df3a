import type { AclOperation, AclResourceType, AclSpec } from '../../kinds/acl/index.ts';
import type { QuotaEntity } from '../../kinds/quota.ts';
import type { ScramMechanism } from '../../kinds/user.ts';

/** The protocol's numbers for what specs say in words (ResourceType.java, AclOperation.java …), both ways. */
function table<W extends string>(pairs: readonly (readonly [W, number])[]) {
  const numbers = new Map(pairs);
  const words = new Map(pairs.map(([word, number]) => [number, word]));
  return {
    number: (word: W): number => numbers.get(word) ?? 0,
    /** Undefined for what is newer than this table. */
    word: (number: number): W | undefined => words.get(number),
  };
}

export const resourceTypes = table<AclResourceType>([
  ['topic', 2],
  ['group', 3],
  ['cluster', 4],
  ['transactional-id', 5],
  ['delegation-token', 6],
  ['user', 7],
]);

export const patterns = table<AclSpec['pattern']>([
  ['literal', 3],
  ['prefixed', 4],
]);

export const operations = table<AclOperation>([
  ['all', 2],
  ['read', 3],
  ['write', 4],
  ['create', 5],
  ['delete', 6],
  ['alter', 7],
  ['describe', 8],
  ['cluster-action', 9],
  ['describe-configs', 10],
  ['alter-configs', 11],
  ['idempotent-write', 12],
  ['create-tokens', 13],
  ['describe-tokens', 14],
  ['two-phase-commit', 15],
]);

export const permissions = table<AclSpec['permission']>([
  ['deny', 2],
  ['allow', 3],
]);

export const mechanisms = table<ScramMechanism>([
  ['scram-sha-256', 1],
  ['scram-sha-512', 2],
]);

export const ENTITY_TYPES = ['user', 'client-id', 'ip'] as const satisfies readonly (keyof QuotaEntity)[];

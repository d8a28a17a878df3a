import { pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { UserUpsert } from '../../calls.ts';
import { RESOURCE_NOT_FOUND } from '../../protocol/errors.ts';
import { AlterUserScramCredentials } from '../../protocol/requests/scram.ts';
import { mechanisms } from '../../protocol/words.ts';
import type { ScramMechanism } from '../../specs.ts';
import type { Cluster } from '../cluster.ts';
import { listUsers } from '../users.ts';
import type { Way } from './carry-out.ts';
import { byName } from './topics.ts';

const USERS = 500;

const derive = promisify(pbkdf2);
const DIGESTS = {
  'scram-sha-256': { name: 'sha256', bytes: 32 },
  'scram-sha-512': { name: 'sha512', bytes: 64 },
} as const;

/** A credential with its password already resolved: no secret can be missing once something was sent. */
export type Credential = Omit<UserUpsert, 'password'> & { readonly password: string };

export function upsertion(cluster: Cluster): Way<Credential> {
  return {
    op: 'set SCRAM credential',
    async ask(bodies) {
      const upsertions = await Promise.all(bodies.map(salted));
      const question = { deletions: [], upsertions };
      const options = { to: 'controller', repeatable: true } as const;
      return byName(bodies, (await cluster.ask(AlterUserScramCredentials, question, options)).users);
    },
    right: () => ({ operation: 'Alter' }),
    chunk: { items: USERS },
    invisible: (bodies) => unlike(cluster, bodies, (live, { iterations }) => live === iterations),
  };
}

export function removal(cluster: Cluster): Way<{ name: string; mechanism: ScramMechanism }> {
  return {
    op: 'remove SCRAM credential',
    async ask(bodies) {
      const deletions = bodies.map(({ name, mechanism }) => ({
        name,
        mechanism: mechanisms.number(mechanism),
      }));
      const question = { deletions, upsertions: [] };
      const options = { to: 'controller', repeatable: true } as const;
      return byName(bodies, (await cluster.ask(AlterUserScramCredentials, question, options)).users);
    },
    isDone: (code) => code === RESOURCE_NOT_FOUND,
    right: () => ({ operation: 'Alter' }),
    chunk: { items: USERS },
    invisible: (bodies) => unlike(cluster, bodies, (live) => live === undefined),
  };
}

/** What Kafka wants to know of a password: RFC 5802's SaltedPassword. */
async function salted({ name, mechanism, iterations, password }: Credential) {
  const salt = randomBytes(32);
  const digest = DIGESTS[mechanism];
  const saltedPassword = await derive(password, salt, iterations, digest.bytes, digest.name);
  return { name, mechanism: mechanisms.number(mechanism), iterations, salt, saltedPassword };
}

/** Those whose credential is not as it should be, as the cluster lists it. */
async function unlike<B extends { name: string; mechanism: ScramMechanism }>(
  cluster: Cluster,
  bodies: readonly B[],
  isVisible: (iterations: number | undefined, body: B) => boolean,
): Promise<B[]> {
  const users = await listUsers(cluster, [...new Set(bodies.map((body) => body.name))]);
  return bodies.filter((body) => !isVisible(users.get(body.name)?.get(body.mechanism), body));
}

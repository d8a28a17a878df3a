import { pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import {
  HIDDEN,
  isObject,
  isSecretRef,
  type JsonObject,
  MissingVariable,
  type Resource,
} from '../../../model/index.ts';
import { wordOf } from '../fields/field.ts';
import { mechanisms, type ScramMechanism } from '../fields/user.ts';
import {
  type UserCall,
  type UserRemove,
  type UserSpec,
  type UserUpsert,
  userAddress,
} from '../kinds/user.ts';
import type { Cluster } from './cluster.ts';
import { byName, type CallExecutor, type Execute, execute, type Result, type Verdict } from './executor.ts';
import type { KindSession, Wanted } from './kind-session.ts';
import { DescribeCluster } from './protocol/cluster.ts';
import { api, bytes, int8, int16, int32, nullable, nullableString, string } from './protocol/codec.ts';
import { CODE } from './protocol/errors.ts';
import { readRights, refused } from './refusals.ts';

const DescribeUserScramCredentials = api(
  { key: 50, name: 'DescribeUserScramCredentials', version: 0, flexible: true },
  { users: nullable([{ name: string }]) },
  {
    throttle: int32,
    error: int16,
    message: nullableString,
    users: [
      {
        name: string,
        error: int16,
        message: nullableString,
        credentials: [{ mechanism: int8, iterations: int32 }],
      },
    ],
  },
);

/** Answered by user, however many credentials of one user were asked for. */
const AlterUserScramCredentials = api(
  { key: 51, name: 'AlterUserScramCredentials', version: 0, flexible: true },
  {
    deletions: [{ name: string, mechanism: int8 }],
    upsertions: [{ name: string, mechanism: int8, iterations: int32, salt: bytes, saltedPassword: bytes }],
  },
  { throttle: int32, users: [{ name: string, error: int16, message: nullableString }] },
);

export const users: KindSession<UserCall> = {
  requests: [DescribeUserScramCredentials, AlterUserScramCredentials],
  read: readUsers,
  executors: (cluster) => ({
    'user.upsert': upsert(cluster),
    'user.remove': removal(cluster),
  }),
};

async function readUsers(cluster: Cluster, wanted: Wanted): Promise<Resource[]> {
  const broker = cluster.settings.broker;
  const users = await listUsers(cluster, wanted.all ? null : [...wanted.names]);
  return [...users].flatMap(([name, credentials]): Resource[] => {
    const address = userAddress(broker, name);
    if (!wanted.includes({ address, dependsOn: [] })) return [];
    const declared = wanted.desired.get(address)?.spec ?? {};
    const spec: UserSpec = Object.fromEntries(
      [...credentials].map(([mechanism, iterations]) => [
        mechanism,
        { iterations, password: shownPassword(declared[mechanism]) },
      ]),
    );
    return [{ address, spec, dependsOn: [] }];
  });
}

/** Kafka never reveals passwords: a declared one is assumed to be the live one. */
function shownPassword(declared: JsonObject[string] | undefined) {
  const password = isObject(declared) ? declared.password : undefined;
  return isSecretRef(password) ? password : HIDDEN;
}

/**
 * A broker never answers a request for all users that it does not authorize: its own code fails on the missing list
 * (`DescribeUserScramCredentialsRequest.getErrorResponse`; seen on 3.7.2 and 4.3.1). So rights are asked for first.
 */
async function mayListUsers(cluster: Cluster): Promise<boolean> {
  if (!cluster.offers(DescribeCluster)) return true;
  const rights = await readRights(cluster);
  return rights.error !== 0 || rights.may('describe');
}

/** Iterations by mechanism by user: of these users, or of all that have a credential; one request. */
async function listUsers(
  cluster: Cluster,
  names: readonly string[] | null,
): Promise<Map<string, Map<ScramMechanism, number>>> {
  const fail = (code: number, message: string | null) => {
    const right = { operation: 'Describe' } as const;
    return refused(cluster.settings, { op: 'read SCRAM users', code, message, right });
  };
  if (names === null && !(await mayListUsers(cluster))) throw fail(CODE.CLUSTER_AUTHORIZATION_FAILED, null);
  const request = { users: names?.map((name) => ({ name })) ?? null };
  const response = await cluster.read(DescribeUserScramCredentials, request);
  if (response.error !== 0) throw fail(response.error, response.message);
  const users = new Map<string, Map<ScramMechanism, number>>();
  for (const { name, error, message, credentials } of response.users) {
    if (error === CODE.RESOURCE_NOT_FOUND) continue;
    if (error !== 0) throw fail(error, message);
    const known = credentials.flatMap(({ mechanism, iterations }): [ScramMechanism, number][] => {
      const word = wordOf(mechanisms, mechanism);
      return word ? [[word, iterations]] : [];
    });
    users.set(name, new Map(known));
  }
  return users;
}

const USERS = 500;

const derive = promisify(pbkdf2);

/** A credential with its password already resolved: no secret can be missing once something was sent. */
type Credential = Omit<UserUpsert, 'password'> & { readonly password: string };

const UPSERT = 'set SCRAM credential';

function upsert(cluster: Cluster): Execute<UserUpsert> {
  return (items, options) => {
    const resolved = items.flatMap((item) => {
      try {
        const password = cluster.settings.resolve(item.body.password.$secret);
        return [{ body: { ...item.body, password }, settle: (result: Result) => item.settle(result) }];
      } catch (error) {
        if (!(error instanceof MissingVariable)) throw error;
        item.settle({ status: 'failed', failure: { op: UPSERT, message: error.message } });
        return [];
      }
    });
    return execute(cluster.settings, upsertion(cluster), resolved, options);
  };
}

function upsertion(cluster: Cluster): CallExecutor<Credential> {
  return {
    op: UPSERT,
    send: async (bodies) =>
      alter(cluster, bodies, { upsertions: await Promise.all(bodies.map(withSaltedPassword)) }),
    right: () => ({ operation: 'Alter' }),
    chunk: { items: USERS },
    notVisible: (bodies) => differing(cluster, bodies, (live, { iterations }) => live === iterations),
  };
}

function removal(cluster: Cluster): CallExecutor<UserRemove> {
  return {
    op: 'remove SCRAM credential',
    send(bodies) {
      const deletions = bodies.map(({ name, mechanism }) => ({
        name,
        mechanism: mechanisms[mechanism].wire,
      }));
      return alter(cluster, bodies, { deletions });
    },
    isDone: (code) => code === CODE.RESOURCE_NOT_FOUND,
    right: () => ({ operation: 'Alter' }),
    chunk: { items: USERS },
    notVisible: (bodies) => differing(cluster, bodies, (live) => live === undefined),
  };
}

type Alterations = Parameters<typeof AlterUserScramCredentials.request.write>[1];

async function alter(
  cluster: Cluster,
  bodies: readonly UserRemove[],
  changes: Partial<Alterations>,
): Promise<Verdict[]> {
  const request = { deletions: [], upsertions: [], ...changes };
  return byName(bodies, (await cluster.request(AlterUserScramCredentials, request, 'controller')).users);
}

/** What Kafka wants to know of a password: RFC 5802's SaltedPassword. */
async function withSaltedPassword({ name, mechanism, iterations, password }: Credential) {
  const salt = randomBytes(32);
  const { wire, digest, bytes } = mechanisms[mechanism];
  const saltedPassword = await derive(password, salt, iterations, bytes, digest);
  return { name, mechanism: wire, iterations, salt, saltedPassword };
}

/** Those whose credential is not as it should be, as the cluster lists it. */
async function differing<B extends UserRemove>(
  cluster: Cluster,
  bodies: readonly B[],
  isVisible: (iterations: number | undefined, body: B) => boolean,
): Promise<B[]> {
  const users = await listUsers(cluster, [...new Set(bodies.map((body) => body.name))]);
  return bodies.filter((body) => !isVisible(users.get(body.name)?.get(body.mechanism), body));
}

import { HIDDEN, isObject, isSecretRef, type JsonObject, type Resource } from '../../../model/index.ts';
import { userAddress } from '../addresses.ts';
import { CLUSTER_UNAUTHORIZED, RESOURCE_NOT_FOUND } from '../protocol/errors.ts';
import { DescribeCluster } from '../protocol/requests/cluster.ts';
import { DescribeUserScramCredentials } from '../protocol/requests/scram.ts';
import { mechanisms } from '../protocol/words.ts';
import type { ScramMechanism, UserSpec } from '../specs.ts';
import type { Cluster } from './cluster.ts';
import { refused } from './refusals.ts';
import { askRights } from './rights.ts';
import type { Wanted } from './scope.ts';

/** @throws ConnectionError, BrokerError */
export async function readUsers(cluster: Cluster, wanted: Wanted): Promise<Resource[]> {
  const broker = cluster.settings.broker;
  const users = await listUsers(cluster, wanted.all ? null : [...wanted.names]);
  return [...users].flatMap(([name, credentials]): Resource[] => {
    const address = userAddress(broker, name);
    if (!wanted.includes({ address, needs: [] })) return [];
    const declared = wanted.desired.get(address)?.spec ?? {};
    const spec: UserSpec = Object.fromEntries(
      [...credentials].map(([mechanism, iterations]) => [
        mechanism,
        { iterations, password: shownPassword(declared[mechanism]) },
      ]),
    );
    return [{ address, spec, needs: [] }];
  });
}

/** Kafka never tells what a password is or was made of: a declared one is taken to be the one that is there. */
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
  const rights = await askRights(cluster);
  return rights.error !== 0 || rights.may('describe');
}

/** Iterations by mechanism by user: of these users, or of all that have a credential; one request. */
export async function listUsers(
  cluster: Cluster,
  names: readonly string[] | null,
): Promise<Map<string, Map<ScramMechanism, number>>> {
  const fail = (code: number, message: string | null) => {
    const right = { operation: 'Describe' } as const;
    return refused(cluster.settings, { op: 'read SCRAM users', code, message, right });
  };
  if (names === null && !(await mayListUsers(cluster))) throw fail(CLUSTER_UNAUTHORIZED, null);
  const question = { users: names?.map((name) => ({ name })) ?? null };
  const answer = await cluster.ask(DescribeUserScramCredentials, question, { to: 'home', repeatable: true });
  if (answer.error !== 0) throw fail(answer.error, answer.message);
  const users = new Map<string, Map<ScramMechanism, number>>();
  for (const { name, error, message, credentials } of answer.users) {
    if (error === RESOURCE_NOT_FOUND) continue;
    if (error !== 0) throw fail(error, message);
    const known = credentials.flatMap(({ mechanism, iterations }): [ScramMechanism, number][] => {
      const word = mechanisms.word(mechanism);
      return word ? [[word, iterations]] : [];
    });
    users.set(name, new Map(known));
  }
  return users;
}

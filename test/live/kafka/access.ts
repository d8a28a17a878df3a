import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { type AclSpec, aclAddress, aclResource } from '../../../src/brokers/kafka/kinds/acl/spec.ts';
import { userAddress } from '../../../src/brokers/kafka/kinds/user.ts';
import { Authorizer, type Decision } from '../../../src/brokers/kafka/routing/authorizer.ts';
import { decide } from '../../../src/brokers/kafka/routing/requests.ts';
import { Cluster } from '../../../src/brokers/kafka/session/cluster.ts';
import { connect } from '../../../src/brokers/kafka/session/index.ts';
import { readSettings } from '../../../src/brokers/kafka/session/settings.ts';
import type { Call, Connection, Session } from '../../../src/model/index.ts';
import { observe } from './access-answers.ts';
import { AclsOf } from './access-requests.ts';
import { NAMES, USERS, worlds } from './access-worlds.ts';

const PASSWORD = 'access-secret';
const HOST = '127.0.0.1';
export interface AccessOptions {
  readonly bootstrap: readonly string[];
  /** The listener for users. */
  readonly sasl: readonly string[];
  /** Of all names; empty on a cluster of its own, where ACLs of everyone and of everything are tried too. */
  readonly prefix: string;
  /** Whether the brokers have `allow.everyone.if.no.acl.found`. */
  readonly allowsUnlisted?: boolean;
}

export interface Outcome {
  readonly answers: number;
  /** Those of them that allowed. */
  readonly allowed: number;
  readonly disagreements: readonly string[];
}

/** Compares what real brokers answer to users with what the router says, for random ACLs. */
export class AccessProof {
  readonly #options: AccessOptions;
  readonly #session: Session;
  readonly #admin: Cluster;
  readonly #users = new Map<string, Cluster>();
  #acls: readonly AclSpec[] = [];
  #worlds = 0;

  private constructor(options: AccessOptions, session: Session, admin: Cluster) {
    this.#options = options;
    this.#session = session;
    this.#admin = admin;
  }

  static async open(options: AccessOptions): Promise<AccessProof> {
    const connection = connectionOf({ bootstrap: [...options.bootstrap] });
    const [session, admin] = await Promise.all([connect(connection), Cluster.open(readSettings(connection))]);
    const proof = new AccessProof(options, session, admin);
    await proof.#logIn();
    return proof;
  }

  /** Sets random ACLs and asks as each user. @param seed of the ACLs */
  async run(seed: number): Promise<Outcome> {
    const [acls = []] = fc.sample(worlds(this.#options), { seed, numRuns: 1 });
    await this.#become(acls);
    const authorizer = new Authorizer(this.#acls.map((acl) => aclResource('events', acl)));
    let [answers, allowed] = [0, 0];
    const disagreements: string[] = [];
    for (const [user, cluster] of this.#users) {
      for (const observed of await observe(cluster, this.#names())) {
        answers++;
        if (observed.allowed) allowed++;
        const client = { principal: `User:${user}`, host: HOST };
        const decision = observed.isRaw
          ? authorizer.decide({ ...client, ...observed })
          : decide(authorizer, client, observed);
        if (this.#allows(decision) === observed.allowed) continue;
        const { request, operation, type, name } = observed;
        const said = observed.allowed ? 'the broker allows' : 'the broker denies';
        disagreements.push(`seed ${seed}: ${said} User:${user} ${operation} ${type} ${name} (${request})`);
      }
    }
    return { answers, allowed, disagreements };
  }

  async close(): Promise<void> {
    await this.#become([]);
    await this.#send(this.#acls.map((acl) => aclCall('acl.delete', acl)));
    await this.#send(this.#userNames().map((user) => userCall('user.remove', user, {})));
    for (const cluster of this.#users.values()) cluster.close();
    this.#admin.close();
    await this.#session.close();
  }

  #allows({ allowed, reason }: Decision): boolean {
    return allowed || (this.#options.allowsUnlisted === true && reason === 'no-acl');
  }

  #userNames(): string[] {
    return USERS.map((user) => this.#options.prefix + user);
  }

  #names(): string[] {
    return NAMES.map((name) => this.#options.prefix + name);
  }

  async #logIn(): Promise<void> {
    const credential = { iterations: 4096, password: { $secret: PASSWORD } };
    await this.#send(this.#userNames().map((user) => userCall('user.upsert', user, credential)));
    for (const username of this.#userNames()) {
      const sasl = { mechanism: 'scram-sha-512', username, password: PASSWORD };
      const settings = readSettings(connectionOf({ bootstrap: [...this.#options.sasl], sasl }));
      // A broker may not have learned of the user yet.
      const cluster = await until(() => Cluster.open(settings).catch(() => undefined));
      this.#users.set(username, cluster);
    }
  }

  /** Makes these the ACLs of the cluster that concern us, and waits until each broker knows them. */
  async #become(acls: readonly AclSpec[]): Promise<void> {
    const marker: AclSpec = {
      ...{ 'resource-type': 'delegation-token', name: 'none', pattern: 'literal' },
      ...{ principal: `User:${this.#options.prefix}marker-${++this.#worlds}`, host: '*' },
      ...{ operation: 'describe', permission: 'allow' },
    };
    const wanted = new Map([...acls, marker].map((acl) => [aclAddress('events', acl), acl]));
    const known = new Set(this.#acls.map((acl) => aclAddress('events', acl)));
    const [gone, made] = [
      this.#acls.filter((acl) => !wanted.has(aclAddress('events', acl))),
      [...wanted].filter(([address]) => !known.has(address)).map(([, acl]) => acl),
    ];
    await this.#send(gone.map((acl) => aclCall('acl.delete', acl)));
    await this.#send(made.map((acl) => aclCall('acl.create', acl)));
    this.#acls = [...wanted.values()];
    const filter = { resourceType: 1, name: null, pattern: 1, host: null, operation: 1, permission: 1 };
    await until(async () => {
      const found = await this.#admin.requestEach(AclsOf, () => ({ ...filter, principal: marker.principal }));
      const isKnown = [...found.values()].every((one) => !(one instanceof Error) && one.resources.length > 0);
      return isKnown || undefined;
    });
  }

  async #send(calls: readonly Call[]): Promise<void> {
    const never = new AbortController().signal;
    for await (const { status, failure } of this.#session.send(
      calls.map((call) => [call]),
      { drain: never, abort: never },
    )) {
      if (status !== 'done' && status !== 'already') throw new Error(`${status}: ${JSON.stringify(failure)}`);
    }
  }
}

function connectionOf(settings: Connection['settings']): Connection {
  return { name: 'events', type: 'kafka', settings, resolve: (text) => text, timeout: 20_000 };
}

function aclCall(op: 'acl.create' | 'acl.delete', body: AclSpec): Call {
  return { op, target: aclAddress('events', body), body };
}

function userCall(
  op: 'user.upsert' | 'user.remove',
  name: string,
  more: Record<string, never> | object,
): Call {
  return { op, target: userAddress('events', name), body: { name, mechanism: 'scram-sha-512', ...more } };
}

/** @throws after 20 s */
async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + 20_000;
  for (;;) {
    const found = await ask();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error('it did not come to be in 20 s');
    await sleep(20);
  }
}

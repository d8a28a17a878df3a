import { createHash } from 'node:crypto';
import { nkeys } from '@nats-io/transport-node';
import type { NatsLimits } from './types.ts';

type KeyPair = ReturnType<typeof nkeys.createUser>;

/** A decentralised set-up: the servers trust the operator, who signed the accounts, who signed the user. */
export interface Operator {
  jwt: string;
  /** Public key of the system account. */
  systemAccount: string;
  /** The JWT of each account, by its public key. */
  accounts: Record<string, string>;
  /** The text of the user's credentials file. */
  creds: string;
}

const unlimited = -1;

/** Makes what `nsc` would: an operator, a system account, and an account with JetStream and one user. */
export function makeOperator(limits: NatsLimits): Operator {
  const operator = nkeys.createOperator();
  const system = nkeys.createAccount();
  const account = nkeys.createAccount();
  const user = nkeys.createUser();
  const jetstream = {
    mem_storage: limits.memory ?? unlimited,
    disk_storage: limits.storage ?? unlimited,
    streams: limits.streams ?? unlimited,
    consumer: limits.consumers ?? unlimited,
  };
  const userJwt = sign(user.getPublicKey(), 'app', account, {
    type: 'user',
    ...{ pub: {}, sub: {}, subs: unlimited, data: unlimited, payload: unlimited },
  });
  return {
    jwt: sign(operator.getPublicKey(), 'operator', operator, {
      type: 'operator',
      system_account: system.getPublicKey(),
    }),
    systemAccount: system.getPublicKey(),
    accounts: {
      [system.getPublicKey()]: sign(system.getPublicKey(), 'SYS', operator, accountClaims({})),
      [account.getPublicKey()]: sign(account.getPublicKey(), 'APP', operator, accountClaims(jetstream)),
    },
    creds: [
      '-----BEGIN NATS USER JWT-----',
      userJwt,
      '------END NATS USER JWT------',
      '',
      '-----BEGIN USER NKEY SEED-----',
      new TextDecoder().decode(user.getSeed()),
      '------END USER NKEY SEED------',
      '',
    ].join('\n'),
  };
}

function accountClaims(jetstream: Record<string, number>) {
  const names = ['subs', 'data', 'payload', 'imports', 'exports', 'conn', 'leaf'];
  return {
    type: 'account',
    limits: {
      ...Object.fromEntries(names.map((name) => [name, unlimited])),
      wildcards: true,
      ...jetstream,
    },
  };
}

/** https://docs.nats.io/running-a-nats-service/configuration/securing_nats/auth_intro/jwt */
function sign(subject: string, name: string, issuer: KeyPair, claims: object): string {
  const payload = {
    iss: issuer.getPublicKey(),
    iat: Math.floor(Date.now() / 1000),
    name,
    sub: subject,
    nats: { ...claims, version: 2 },
  };
  const jti = createHash('sha256').update(JSON.stringify(payload)).digest('hex');
  const header = { typ: 'JWT', alg: 'ed25519-nkey' };
  const text = `${encode(JSON.stringify(header))}.${encode(JSON.stringify({ jti, ...payload }))}`;
  return `${text}.${encode(issuer.sign(new TextEncoder().encode(text)))}`;
}

function encode(data: string | Uint8Array): string {
  return Buffer.from(data).toString('base64url');
}

import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nkeys } from '@nats-io/transport-node';
import { makeOperator, type Operator } from './operator.ts';
import type { NatsCredentials, NatsOptions } from './types.ts';

/** Who may connect: what the servers are told, and what a client needs. */
export interface Identities {
  credentials: NatsCredentials;
  /** The user's public key. */
  nkey?: string;
  operator?: Operator;
}

export function makeIdentities(options: NatsOptions, folder: string): Identities {
  switch (options.auth) {
    case 'token':
      return { credentials: { token: secret() } };
    case 'password':
      return { credentials: { user: 'app', password: secret() } };
    case 'nkey': {
      const user = nkeys.createUser();
      const seed = new TextDecoder().decode(user.getSeed());
      return { credentials: { seed }, nkey: user.getPublicKey() };
    }
    case 'operator': {
      const operator = makeOperator(options.limits ?? {});
      const creds = join(folder, 'user.creds');
      writeFileSync(creds, operator.creds, { mode: 0o600 });
      return { credentials: { creds }, operator };
    }
    default:
      return { credentials: {} };
  }
}

function secret(): string {
  return randomBytes(12).toString('hex');
}

import { afterAll, beforeAll } from 'vitest';
import { brokerOf, calls, freshVhost, type Line, open, send } from './live.ts';

type Opened = Awaited<ReturnType<typeof open>>;

export interface VhostAndUser {
  /** Undefined where the broker is not there: the tests are skipped. */
  readonly broker: ReturnType<typeof brokerOf>;
  readonly vhost: string;
  /** With all permissions in the vhost, the tag `management`, and the password `first`. */
  readonly user: string;
  /** A session of an administrator. */
  readonly admin: Opened;
}

/** A vhost and a user for the tests of a `describe`. */
export function vhostAndUser(line: Line): VhostAndUser {
  const broker = brokerOf(line);
  const vhost = freshVhost();
  const user = `${vhost}-user`;
  let admin: Opened | undefined;
  beforeAll(async () => {
    if (!broker) return;
    admin = await open(line);
    await send(admin, [
      [
        calls.put(['vhosts', vhost], { description: 'what it is for', tags: 'b,a' }),
        calls.put(['users', user], { password: 'first', tags: 'management' }),
        calls.put(['permissions', vhost, user], { configure: '.*', write: '.*', read: '.*' }),
      ],
    ]);
  });
  afterAll(async () => {
    if (!admin) return;
    await send(admin, [[calls.delete('vhosts', vhost)], [calls.delete('users', user)]]);
    await admin.close();
  });
  return {
    ...{ broker, vhost, user },
    get admin() {
      if (!admin) throw new Error('no session yet');
      return admin;
    },
  };
}

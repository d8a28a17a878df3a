import { describe, expect, test } from 'vitest';
import { BrokerError, HIDDEN, type JsonObject } from '../../../src/model/index.ts';
import { calls, LINES, loginAs, open, readAll, send } from './live.ts';
import { vhostAndUser } from './vhost-and-user.ts';

describe.each(LINES)('reading rights and secrets of RabbitMQ %s', (line) => {
  const on = vhostAndUser(line);
  const { broker, vhost, user } = on;

  test.skipIf(!broker)('a missing right is named', async () => {
    const session = await open(line, { settings: loginAs(line, user, 'first') });
    const refusal = (glob: string) => readAll(session, glob).catch((error: BrokerError) => error);
    const users = await refusal('main/user/*');
    expect(users).toBeInstanceOf(BrokerError);
    expect((users as BrokerError).failure).toMatchObject({
      op: expect.stringMatching(/^read (users|user-limits|permissions|topic-permissions)$/),
      hint: `user "${user}" needs the tag "administrator"`,
    });
    const parameters = await refusal(`main/parameter/${vhost}/**`);
    expect((parameters as BrokerError).failure.hint).toContain('the tag "policymaker"');
    const elsewhere = await refusal('main/queue/%2F/*');
    expect((elsewhere as BrokerError).failure.hint).toBe(`user "${user}" needs a permission in vhost "/"`);
    await session.close();
  });

  test.skipIf(!broker)('a password is compared by its hash, and never shown', async () => {
    const address = `main/user/${encodeURIComponent(user)}`;
    const password = { $secret: '${PASSWORD}' };
    const specFor = async (value: string) => {
      const session = await open(line, { resolve: () => value });
      const desired = [{ address, spec: { tags: [], password }, dependsOn: [] }];
      const live = await session.read({ desired, retired: [], owns: [] });
      await session.close();
      return live.find((one) => one.address === address)?.spec;
    };
    expect(await specFor('first')).toEqual({ tags: ['management'], password });
    expect(await specFor('second')).toEqual({ tags: ['management'], password: HIDDEN });
  });

  test.skipIf(!broker)('tags are set, and the password stays', async () => {
    const tags = ['management', 'policymaker'];
    const outcomes = await send(on.admin, [
      [{ op: 'user.set-tags', target: '', body: { name: user, tags } }],
    ]);
    expect(outcomes).toMatchObject([{ status: 'done' }]);
    const session = await open(line, { settings: loginAs(line, user, 'first') });
    expect((await readAll(session, `main/parameter/${vhost}/**`)).size).toBe(0);
    await session.close();
  });

  test.skipIf(!broker)(
    'secrets of parameters are references where they are as declared, else hidden',
    async () => {
      const name = `${vhost}-parameter`;
      const address = `main/global-parameter/${name}`;
      await send(on.admin, [
        [calls.put(['global-parameters', name], { value: { uri: 'amqp://u:p4ss@host', plain: 'x' } })],
      ]);
      const valueFor = async (resolved: string, spec: JsonObject) => {
        const session = await open(line, { resolve: () => resolved });
        const live = await session.read({
          desired: [{ address, spec, dependsOn: [] }],
          retired: [],
          owns: [],
        });
        await session.close();
        return live.find((one) => one.address === address)?.spec.value;
      };
      const uri = { $secret: '${UPSTREAM}' };
      const declared = { value: { uri } };
      expect(await valueFor('amqp://u:p4ss@host', declared)).toEqual({ uri, plain: 'x' });
      expect(await valueFor('amqp://u:other@host', declared)).toEqual({ uri: HIDDEN, plain: 'x' });
      expect(await valueFor('', { value: null })).toEqual({ uri: HIDDEN, plain: 'x' });
      await send(on.admin, [[calls.delete('global-parameters', name)]]);
    },
  );
});

import { describe, expect, test } from 'vitest';
import type { BrokerError, Session } from '../../../src/model/index.ts';
import { calls, LINES, loginAs, open, readAll, send, statuses } from './live.ts';
import { vhostAndUser } from './vhost-and-user.ts';

describe.each(LINES)('reading RabbitMQ %s', (line) => {
  const on = vhostAndUser(line);
  const { broker, vhost, user } = on;

  test.skipIf(!broker)('the identity is the cluster, with facts that its kinds need', () => {
    expect(on.admin.broker).toMatchObject({
      name: 'main',
      type: 'rabbitmq',
      version: broker?.version,
      facts: { user: 'guest' },
    });
    expect(on.admin.broker.id).toContain('@');
  });

  test.skipIf(!broker)(
    'its facts tell of no vhost that was not read: a plan is the same whoever else is there',
    async () => {
      const session = await open(line);
      expect(session.broker.facts.vhosts).toEqual(expect.arrayContaining(['/', vhost]));
      await session.read({ desired: [], retired: [`main/queue/${vhost}/none`], owns: [] });
      expect(session.broker.facts.vhosts).toEqual([vhost]);
      expect(Object.keys(session.broker.facts.defaultQueueTypes ?? {})).not.toContain('/');
      await session.read({ desired: [], retired: [], owns: ['main/exchange/%2F/*'] });
      expect(session.broker.facts.vhosts).toEqual(expect.arrayContaining(['/', vhost]));
      expect(session.broker.facts.vhosts).toHaveLength(2);
      await session.close();
    },
  );

  test.skipIf(!broker)('ten times the queues take no more requests', async () => {
    const counts: number[] = [];
    let made = 0;
    for (const target of [10, 100]) {
      const units = [];
      for (; made < target; made++) {
        units.push([calls.queue(vhost, `n${made}`), calls.bind(vhost, 'amq.topic', `n${made}`, `k.${made}`)]);
      }
      expect(statuses(await send(on.admin, units))).toEqual({ done: units.length });
      const before = on.admin.management.requests;
      const live = await readAll(on.admin, `main/queue/${vhost}/*`);
      counts.push(on.admin.management.requests - before);
      expect([...live.keys()].filter((address) => address.startsWith(`main/queue/${vhost}/n`))).toHaveLength(
        target,
      );
    }
    // Exchanges, queues, bindings, policies.
    expect(counts).toEqual([4, 4]);
  });

  test.skipIf(!broker)(
    'twice the vhosts take no more requests, and hold what each of them does where it is read alone',
    async () => {
      // Sees no vhosts but these, whatever else is on the broker.
      const team = `${vhost}-team`;
      const names = Array.from({ length: 20 }, (_, i) => `${vhost}-many${i}`);
      const here = names.slice(0, 19);
      const hidden = `${vhost}-many19`;
      const monitor = `${vhost}-monitor`;
      await send(on.admin, [
        [calls.put(['users', team], { password: 'first', tags: 'management' })],
        [calls.put(['users', monitor], { password: 'first', tags: 'monitoring' })],
      ]);
      const session = await open(line, { settings: loginAs(line, team, 'first') });
      const contents = (name: string) => [
        calls.exchange(name, 'e'),
        ...['a', 'b'].flatMap((queue) => [calls.queue(name, queue), calls.bind(name, 'e', queue, 'k')]),
        calls.put(['policies', name, 'p'], {
          pattern: '^a$',
          definition: { 'max-length': 5 },
          'apply-to': 'queues',
        }),
      ];
      const patterns = (name: string) =>
        ['queue', 'exchange', 'policy'].map((kind) => `main/${kind}/${name}/**`);
      const readIn = (reader: Session, some: string[]) => readAll(reader, ...some.flatMap(patterns));
      try {
        const counts: number[] = [];
        for (const [from, to] of [
          [0, 10],
          [10, 20],
        ] as const) {
          const made = names.slice(from, to).map((name) => [
            calls.put(['vhosts', name]),
            calls.put(['permissions', name, 'guest'], { configure: '.*', write: '.*', read: '.*' }),
            // A vhost without contents looks like a hidden one in most lists.
            ...(name === names[5] ? [] : contents(name)),
            ...(name === hidden
              ? []
              : [calls.put(['permissions', name, team], { configure: '', write: '', read: '' })]),
          ]);
          expect(statuses(await send(on.admin, made))).toEqual({ done: 10 });
          const before = session.management.requests;
          const live = await readIn(session, here.slice(0, to));
          counts.push(session.management.requests - before);
          expect(live.size).toBeGreaterThan(10 * to);
        }
        expect(counts).toEqual([4, 4]);
        const alone = new Map<string, unknown>();
        for (const name of here)
          for (const [address, one] of await readIn(on.admin, [name])) alone.set(address, one);
        expect(await readIn(session, here)).toEqual(alone);
        const missing = Array.from({ length: 60 }, (_, i) => `${vhost}-none${i}`);
        expect(await readIn(session, [...here, ...missing.slice(0, 1)])).toEqual(alone);
        expect(await readIn(on.admin, [...here, ...missing])).toEqual(alone);
        const refusal = (some: string[]) =>
          readIn(session, some).catch((error: BrokerError) => error.failure);
        const refused = await refusal(names);
        expect(refused).toMatchObject({ hint: `user "${team}" needs a permission in vhost "${hidden}"` });
        expect(refused).toMatchObject({ message: `user "${team}" may not see vhost "${hidden}"` });
        // Sees the names of all vhosts, and no contents.
        const watcher = await open(line, { settings: loginAs(line, monitor, 'first') });
        const unseen = await readIn(watcher, [...here, ...missing]).catch(
          (error: BrokerError) => error.failure,
        );
        await watcher.close();
        expect(unseen).toMatchObject({
          message: expect.stringContaining(`may not see vhost "${vhost}-many`),
        });
      } finally {
        await session.close();
        await send(on.admin, [
          [calls.delete('users', team)],
          [calls.delete('users', monitor)],
          ...names.map((name) => [calls.delete('vhosts', name)]),
        ]);
      }
    },
  );

  test.skipIf(!broker)('nothing is asked for that the scope does not need', async () => {
    const before = on.admin.management.requests;
    // Users, their limits, and both kinds of their permissions, which disappear with them.
    await readAll(on.admin, 'main/user/*');
    await readAll(on.admin, 'other/**');
    expect(on.admin.management.requests - before).toBe(4);
  });

  test.skipIf(!broker)('a vhost that does not exist holds nothing', async () => {
    expect((await readAll(on.admin, 'main/queue/no%20such/*', 'main/policy/no%20such/*')).size).toBe(0);
  });

  test.skipIf(!broker)('hostile names come back as they are', async () => {
    const names = ['a"b', "it's", '\u001b[31m', '%2F', '/', 'ü'.repeat(127), '..', '::error', ' x '];
    const units = names.map((name) => [
      calls.queue(vhost, name),
      calls.bind(vhost, 'amq.topic', name, name.slice(0, 100)),
    ]);
    expect(statuses(await send(on.admin, units))).toEqual({ done: names.length });
    const live = await readAll(on.admin, `main/queue/${vhost}/*`);
    const found = [...live.keys()].map((address) => decodeURIComponent(address.split('/')[3] ?? ''));
    expect(found).toEqual(expect.arrayContaining(names));
    // All of them can go again, also those that no URL can name.
    expect(
      statuses(
        await send(
          on.admin,
          names.map((name) => [calls.deleteQueue(vhost, name)]),
        ),
      ),
    ).toEqual({ done: names.length });
  });

  test.skipIf(!broker)('vhosts with hostile names are read apart', async () => {
    const hostile = ['detailed', `${vhost}/%2F?#`, '..'];
    await send(
      on.admin,
      hostile.map((name) => [calls.put(['vhosts', name])]),
    );
    // The management API cannot make a vhost of two dots, so neither can we; it reads as not there.
    for (const name of hostile.slice(0, 2)) await send(on.admin, [[calls.queue(name, 'only-here')]]);
    for (const name of hostile.slice(0, 2)) {
      const queues = await on.admin.read({
        desired: [],
        retired: [],
        owns: [`main/queue/${encodeURIComponent(name)}/*`],
      });
      const found = queues.map((one) => one.address).filter((address) => address.startsWith('main/queue/'));
      const own = `main/queue/${encodeURIComponent(name)}/`;
      expect(found).toContain(`${own}only-here`);
      expect(found.filter((address) => !address.startsWith(own))).toEqual([]);
    }
    expect((await readAll(on.admin, 'main/queue/../*')).size).toBe(0);
    await send(
      on.admin,
      hostile.slice(0, 2).map((name) => [calls.delete('vhosts', name)]),
    );
  });

  test.skipIf(!broker)(
    'the tag management and a permission are enough for queues, exchanges and bindings',
    async () => {
      const session = await open(line, { settings: loginAs(line, user, 'first') });
      const live = await readAll(
        session,
        `main/queue/${vhost}/*`,
        `main/exchange/${vhost}/*`,
        `main/binding/${vhost}/**`,
      );
      expect(live.has(`main/exchange/${vhost}/amq.topic`)).toBe(true);
      await session.close();
    },
  );

  test.skipIf(!broker)('vhosts, limits and permissions are read as the API lists them', async () => {
    const outcomes = await send(on.admin, [
      [calls.put(['vhost-limits', vhost, 'max-queues'], { value: 1000 })],
      [calls.put(['topic-permissions', vhost, user], { exchange: 'amq.topic', write: 'w', read: 'r' })],
      [
        calls.put(['policies', vhost, 'p'], {
          pattern: '^x',
          definition: { 'max-length': 5 },
          'apply-to': 'queues',
        }),
      ],
    ]);
    expect(outcomes.map((outcome) => outcome.failure)).toEqual([undefined, undefined, undefined]);
    const live = await readAll(on.admin, `main/*/${vhost}/**`, 'main/vhost/*');
    const spec = (address: string) => live.get(address)?.spec;
    expect(spec(`main/vhost/${vhost}`)).toMatchObject({ description: 'what it is for', tags: ['a', 'b'] });
    expect(spec(`main/vhost-limits/${vhost}`)).toEqual({ limits: { 'max-queues': 1000 } });
    expect(spec(`main/permission/${vhost}/${user}`)).toEqual({ configure: '.*', write: '.*', read: '.*' });
    expect(spec(`main/topic-permission/${vhost}/${user}/amq.topic`)).toEqual({ write: 'w', read: 'r' });
    expect(spec(`main/policy/${vhost}/p`)).toEqual({
      pattern: '^x',
      'apply-to': 'queues',
      priority: 0,
      definition: { 'max-length': 5 },
    });
    expect([...live.keys()].filter((address) => address.includes('/parameter/'))).toEqual([]);
  });

  test.skipIf(!broker)(
    'a binding that the management API cannot list is told, with the way out',
    async () => {
      const name = `${vhost}-tilde`;
      await send(on.admin, [[calls.put(['vhosts', name]), calls.queue(name, 'q')]]);
      await send(on.admin, [[calls.bind(name, 'amq.topic', 'q', 'a~b')]]);
      // Without arguments such a key does no harm.
      expect(
        (await readAll(on.admin, `main/queue/${name}/*`)).has(`main/binding/${name}/amq.topic/queue/q/a%7Eb`),
      ).toBe(true);
      await send(on.admin, [[calls.bind(name, 'amq.topic', 'q', 'a~b', { x: 'y' })]]);
      const reading = readAll(on.admin, `main/queue/${name}/*`);
      await expect(reading).rejects.toMatchObject({
        failure: { status: '500', hint: expect.stringContaining('"~"') },
      });
      await send(on.admin, [[calls.delete('vhosts', name)]]);
    },
  );
});

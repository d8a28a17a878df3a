import { mkdirSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { type LocalNats, type NatsLine, type NatsOptions, startNats } from '../../../local/nats.ts';
import { NatsProject } from './cli-project.ts';
import { describeLines } from './lines.ts';
import { PlainServer } from './plain.ts';

const ORDERS = { ORDERS: { subjects: ['orders.>'], max_age: '30d' } };
const nothing = { NOTHING: {} };

/** What a session does is tested on every line; the command line around it is the same for all. */
const ONLY_HERE: NatsLine = 'current';

describeLines(
  (line) => {
    const testHere = line === ONLY_HERE ? test : () => {};
    const ends: (() => Promise<void> | void)[] = [];
    afterEach(async () => {
      for (const end of ends.splice(0).reverse()) await end();
    });

    async function begin(options: NatsOptions = {}): Promise<{ nats: LocalNats; project: NatsProject }> {
      const nats = await startNats(line as NatsLine, options);
      const project = new NatsProject([nats.url]);
      project.declare(ORDERS);
      ends.push(nats.stop, () => project.removeFolder());
      return { nats, project };
    }

    async function look(nats: LocalNats): Promise<PlainServer> {
      const server = await PlainServer.connect(nats.url);
      ends.push(() => server.close());
      return server;
    }

    testHere('JetStream is off: told at once, with what to do', async () => {
      const { project } = await begin({ jetstream: false });
      // Waiting would take longer than the test may.
      const { stderr, stdout } = await project.expectRun(1, 'plan', '--wait', '60s', '--format', 'json');
      expect(JSON.parse(stdout).failure).toMatchObject({
        broker: 'main',
        message: 'JetStream is disabled on this server',
      });
      expect(stderr).toContain('-js');
      await project.expectRun(1, 'apply', '--auto-approve');
    });

    testHere(
      'a user without rights: what may be read is planned, and what may not be done is named',
      async () => {
        const users = {
          blind: { denyPublish: ['$JS.API.>'] },
          reader: { denyPublish: ['$JS.API.STREAM.CREATE.>'] },
        };
        const { nats, project } = await begin({ users });
        const as = (user: string) => project.set({ NATS_URL: nats.url.replace('//', `//${user}:${user}@`) });
        as('blind');
        expect((await project.expectRun(1, 'plan')).stderr).toContain('may not publish to $JS.API.INFO');
        expect((await project.expectRun(1, 'doctor')).stdout).toContain('$JS.API.INFO');
        as('reader');
        expect((await project.expectRun(0, 'plan')).stdout).toContain('+  stream ORDERS');
        const { stdout } = await project.expectRun(1, 'apply', '--auto-approve');
        expect(stdout).toContain('may not publish to $JS.API.STREAM.CREATE.ORDERS');
        expect((await project.expectRun(1, 'doctor')).stdout).toContain('$JS.API.STREAM.CREATE');
        expect((await (await look(nats)).streams()).size).toBe(0);
      },
    );

    testHere('nothing listens, a wrong password, no answer: each is said as what it is', async () => {
      const { nats, project } = await begin({ auth: 'password' });
      project.set({ NATS_URL: 'nats://127.0.0.1:1' });
      expect((await project.expectRun(1, 'plan')).stderr).toContain('nothing listens at 127.0.0.1:1');
      project.set({ NATS_URL: nats.url.replace('//', '//app:s3cret-typo@') });
      const { stderr, stdout } = await project.expectRun(1, 'plan', '--wait', '1h', '-v');
      expect(stderr).toContain('refused the login');
      expect(stderr + stdout).not.toContain('s3cret');
    });

    test('a stream that gets its first message between plan and apply is not deleted', async () => {
      const { nats, project } = await begin();
      const server = await look(nats);
      await project.expectFinished();
      project.declare(nothing, { retired: ['main/stream/ORDERS'] });
      await project.expectRun(0, 'plan', '--out', 'plan.json');
      await server.publish('orders.first');
      const { stderr } = await project.expectRun(4, 'apply', 'plan.json');
      expect(stderr).toContain('main/stream/ORDERS: now destructive: deletes the stream');
      expect([...(await server.streams()).keys()]).toEqual(['ORDERS']);
      // A plan made now says what it would cost, and is blocked.
      expect((await project.expectRun(3, 'plan')).stdout).toContain('affected: 1 message');
      await project.expectRun(0, 'apply', '--auto-approve', '--allow', 'destructive:main/stream/ORDERS');
    });

    test('a limit that held all messages when it was planned does not delete later ones', async () => {
      const { nats, project } = await begin();
      const server = await look(nats);
      await project.expectFinished();
      project.declare({ ORDERS: { ...ORDERS.ORDERS, max_msgs: 2 } });
      await server.publish('orders.1');
      await project.expectRun(0, 'plan', '--out', 'plan.json');
      await server.publish('orders.2');
      await server.publish('orders.3');
      const { stderr } = await project.expectRun(4, 'apply', 'plan.json');
      expect(stderr).toContain('now destructive: max_msgs 2 deletes the 1 oldest of 3 messages at once');
      expect((await server.streams()).get('ORDERS')).toMatchObject({ state: { messages: 3 } });
      expect((await project.expectRun(3, 'plan')).stdout).toContain('3 messages');
      await project.expectFinished('--allow', 'destructive:main/stream/*');
      expect((await server.streams()).get('ORDERS')).toMatchObject({ state: { messages: 2 } });
    });

    testHere('a stale plan, and one that was made for another server, are refused', async () => {
      const { nats, project } = await begin();
      const server = await look(nats);
      await project.expectFinished();
      project.declare({ ORDERS: { ...ORDERS.ORDERS, max_msgs: 1000 } });
      await project.expectRun(0, 'plan', '--out', 'plan.json');
      const config = { name: 'ORDERS', subjects: ['orders.>', 'more'], max_age: 2_592_000_000_000_000 };
      await server.demand('STREAM.UPDATE.ORDERS', config);
      expect((await project.expectRun(4, 'apply', 'plan.json')).stderr).toContain('changed since: subjects');
    });

    testHere(
      'every way to log in, with files beside the configuration, and no secret in any output',
      async () => {
        const said: string[] = [];
        const secrets: string[] = [];
        async function works(
          options: NatsOptions,
          connect: (nats: LocalNats, project: NatsProject) => object,
        ) {
          const { nats, project } = await begin(options);
          const { token, password, seed } = nats.credentials;
          secrets.push(...[token, password, seed].filter((one) => one !== undefined));
          mkdirSync(project.path('secrets'));
          project.configure(connect(nats, project));
          for (const args of [
            ['doctor', '-v'],
            ['apply', '--auto-approve', '-v'],
            ['plan', '--detailed-exitcode'],
          ]) {
            const { stdout, stderr } = await project.expectRun(0, ...args);
            said.push(stdout, stderr);
          }
        }
        const { readFileSync } = await import('node:fs');
        await works({ auth: 'token' }, ({ credentials }, project) => {
          project.set({ TOKEN: credentials.token ?? '' });
          return { token: '$' + '{TOKEN}' };
        });
        await works({ auth: 'password' }, ({ credentials }, project) => {
          project.set({ PASSWORD: credentials.password ?? '' });
          return { username: credentials.user ?? '', password: '$' + '{PASSWORD}' };
        });
        await works({ auth: 'nkey' }, ({ credentials }, project) => {
          project.write('secrets/user.nk', credentials.seed ?? '');
          return { nkey: 'secrets/user.nk' };
        });
        await works({ auth: 'operator', domain: 'hub' }, ({ credentials }, project) => {
          project.write('secrets/user.creds', readFileSync(credentials.creds ?? '', 'utf8'));
          return { credentials: 'secrets/user.creds', domain: 'hub' };
        });
        await works({ tls: 'mutual' }, ({ tls }, project) => {
          project.write('secrets/ca.pem', readFileSync(tls?.ca ?? '', 'utf8'));
          project.write('secrets/cert.pem', readFileSync(tls?.clientCert ?? '', 'utf8'));
          project.write('secrets/key.pem', readFileSync(tls?.clientKey ?? '', 'utf8'));
          return { tls: { ca: 'secrets/ca.pem', cert: 'secrets/cert.pem', key: 'secrets/key.pem' } };
        });
        expect(secrets).toHaveLength(3);
        for (const secret of secrets) expect(said.join('')).not.toContain(secret);
      },
    );
  },
  { title: 'bad days on the command line' },
);

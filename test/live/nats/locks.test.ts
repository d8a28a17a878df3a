import { hostname } from 'node:os';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type LocalNats, startNats } from '../../../local/nats.ts';
import { startProxy, type TcpProxy } from '../../brokers/rabbitmq-session/tcp-proxy.ts';
import { manyStreams, NatsProject, PROJECT } from './cli-project.ts';
import { describeLines } from './lines.ts';
import { PlainServer } from './plain.ts';

const CREATION = 'STREAM.CREATE.S';
const STREAMS = 600;

/** More than the requests that are sent at once, so that there is a rest to be started. */
const MIDDLE = 20;

describeLines(
  (line) => {
    let nats: LocalNats;
    let wire: TcpProxy;
    let first: NatsProject;
    let second: NatsProject;
    const users = {
      few: { allowPublish: ['$JS.API.>'], allowSubscribe: ['_INBOX.>'] },
      none: { denyPublish: ['$JS.API.STREAM.CREATE.BROKERFORM_LOCK'] },
    };

    beforeEach(async () => {
      nats = await startNats(line, { users });
      wire = await startProxy(nats.url);
      first = new NatsProject([`nats://127.0.0.1:${wire.port}`]);
      second = new NatsProject([nats.url]);
      for (const project of [first, second]) project.declare(manyStreams(STREAMS));
    });
    afterEach(async () => {
      for (const project of [first, second]) project.removeFolder();
      await wire.close();
      await nats.stop();
    });

    const apply = (...more: string[]) => ['apply', '--auto-approve', '--report', 'report.json', ...more];

    const when = (through: TcpProxy, text: string, count: number, act: () => void) =>
      new Promise<void>((resolve) => {
        through.when(text, count, () => {
          act();
          resolve();
        });
      });

    /** The first apply, which stops in the middle until its wire is released. */
    async function startAndHold() {
      const held = when(wire, CREATION, MIDDLE, wire.hold);
      const running = first.start(...apply());
      await held;
      return running;
    }

    test('a second one fails with who holds the lock, and one that waits follows', async () => {
      const running = await startAndHold();
      const { stderr } = await second.expectRun(1, ...apply());
      expect(stderr).toMatch(
        new RegExp(
          `broker main: locked by another apply of ${PROJECT}: .*${hostname()} \\(pid \\d+\\) since 20`,
        ),
      );
      const waiting = second.start(...apply('--wait-for-lock', '100s'));
      await expect.poll(() => waiting.said(), { timeout: 20_000 }).toContain('waiting for main: locked by');
      wire.release();
      expect(await running.ended).toMatchObject({ code: 0 });
      expect(await waiting.ended).toMatchObject({ code: 0 });
      await second.expectRun(0, 'plan', '--detailed-exitcode');
    });

    test('a holder that is killed leaves no lock', async () => {
      const running = await startAndHold();
      running.kill('SIGKILL');
      await running.ended;
      await second.expectRun(0, ...apply());
      expect(second.report().notes).toBeUndefined();
    });

    test('a connection that is cut in the middle takes its lock again', async () => {
      void when(wire, CREATION, MIDDLE, wire.cut);
      const held = when(wire, CREATION, STREAMS - MIDDLE, wire.hold);
      const running = first.start(...apply());
      await held;
      expect((await second.expectRun(1, ...apply())).stderr).toContain('locked by another apply');
      wire.release();
      expect(await running.ended).toMatchObject({ code: 0 });
      expect(first.report().notes).toBeUndefined();
    });

    test('one whose lock was lost and taken by another starts nothing more, and says why', async () => {
      const lost = when(wire, CREATION, MIDDLE, () => wire.cut(true));
      const running = first.start(...apply());
      await lost;
      const otherWire = await startProxy(nats.url);
      second.set({ NATS_URL: `nats://127.0.0.1:${otherWire.port}` });
      const held = when(otherWire, CREATION, MIDDLE, otherWire.hold);
      const taking = second.start(...apply());
      await held;
      wire.mend();
      expect(await running.ended).toMatchObject({
        ...{
          code: 5,
          stdout: expect.stringContaining(
            `main: the lock was lost, and another apply of ${PROJECT} has taken it`,
          ),
        },
      });
      expect(first.statuses()['not-started']).toBeGreaterThan(0);
      otherWire.release();
      expect(await taking.ended).toMatchObject({ code: 0 });
      await otherWire.close();
    });

    test('takes no right but those to the API and the inboxes, and is done without where even they are missing', async () => {
      for (const project of [first, second]) project.declare(manyStreams(2));
      const as = (user: string) => second.set({ NATS_URL: nats.url.replace('//', `//${user}:${user}@`) });
      as('none');
      await second.expectRun(0, ...apply());
      expect(second.report().notes).toEqual([
        expect.stringMatching(/^main: applied without a lock: .*STREAM\.CREATE\.BROKERFORM_LOCK/),
      ]);
      as('few');
      second.declare(manyStreams(4));
      await second.expectRun(0, ...apply());
      expect(second.report().notes).toBeUndefined();
      const server = await PlainServer.connect(nats.url);
      await server.demand('STREAM.INFO.BROKERFORM_LOCK');
      await server.close();
      second.configure({}, { owns: { main: ['stream/*', 'consumer/**'] } });
      for (const args of [['drift'], ['plan', '--prune', '--detailed-exitcode']]) {
        expect((await second.expectRun(0, ...args)).stdout).not.toContain('BROKERFORM');
      }
      expect((await second.expectRun(0, 'import')).stdout).not.toContain('BROKERFORM');
    });
  },
  { title: 'one apply at a time', lines: ['old', 'current'] },
);

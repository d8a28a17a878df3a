import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect as natsConnect } from '@nats-io/transport-node';
import { expect, test, vi } from 'vitest';
import {
  type LocalNats,
  type LocalNatsServer,
  type NatsLine,
  type NatsOptions,
  startNats,
} from '../../../local/nats.ts';
import type { Call, Outcome, Session } from '../../../src/model/index.ts';
import { describeLines } from '../../live/nats/lines.ts';
import { PlainServer } from '../../live/nats/plain.ts';
import { everything, only, sendAll, streamCall, withSession } from './open.ts';

async function withNats(
  line: NatsLine,
  options: NatsOptions,
  work: (nats: LocalNats) => Promise<void>,
): Promise<void> {
  const nats = await startNats(line, options);
  try {
    if (options.servers === 3) await settle(nats);
    await work(nats);
  } finally {
    await nats.stop();
  }
}

async function settle(nats: LocalNats): Promise<void> {
  const server = await PlainServer.connect(nats.servers.map(({ url }) => url));
  await server.untilReplicas();
  await server.close();
}

function named(nats: LocalNats, name: string | undefined): LocalNatsServer {
  const server = nats.servers.find((one) => one.name === name);
  if (!server) throw new Error(`no server ${name}`);
  return server;
}

/** As `ps` has it: T is stopped. */
function stateOf(pid: number): string {
  return execFileSync('ps', ['-o', 'state=', '-p', String(pid)], { encoding: 'utf8' }).trim();
}

function creates(count: number, replicas: number): Call[][] {
  return Array.from({ length: count }, (_, i) => [
    streamCall.create(`S${i}`, { storage: 'memory', num_replicas: replicas }),
  ]);
}

/** Sends units, and makes the day bad after some outcomes have come. */
async function sendAndThen(
  session: Session,
  units: Call[][],
  after: number,
  happen: () => Promise<void>,
): Promise<Outcome[]> {
  const never = new AbortController().signal;
  const outcomes: Outcome[] = [];
  let happened: Promise<void> | undefined;
  for await (const outcome of session.send(units, { drain: never, abort: never })) {
    outcomes.push(outcome);
    if (outcomes.length === after) happened = happen();
  }
  expect(happened).toBeDefined();
  await happened;
  return outcomes;
}

function statuses(outcomes: readonly Outcome[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, failure } of outcomes) {
    const key = failure ? `${status}: ${failure.message}` : status;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

async function streamCount(session: Session): Promise<number> {
  return (await session.read(everything)).length;
}

// Each has its own servers, and most of the time goes by waiting for elections.
describeLines(
  (line) => {
    test('the server that we talk to is killed in the middle of an apply: everything is done by the others', async () => {
      await withNats(line, { servers: 3 }, async (nats) => {
        await withSession(
          { servers: nats.servers.map((one) => one.url) },
          async (session) => {
            const victim = session.api.link.info?.server_name;
            const outcomes = await sendAndThen(session, creates(60, 3), 5, () => named(nats, victim).kill());
            expect(statuses(outcomes)).toEqual({ done: 60 });
            expect(session.api.link.info?.server_name).not.toBe(victim);
            expect(await streamCount(session)).toBe(60);
          },
          40_000,
        );
      });
    });

    test('the leader changes in the middle of an apply', async () => {
      await withNats(line, { servers: 3 }, async (nats) => {
        const { user = '', password: pass = '' } = nats.system ?? {};
        const system = await natsConnect({ servers: nats.url, user, pass });
        await withSession(
          { servers: nats.servers.map((one) => one.url) },
          async (session) => {
            const outcomes = await sendAndThen(session, creates(60, 3), 5, async () => {
              const answer = await system.request('$JS.API.META.LEADER.STEPDOWN', '', { timeout: 5_000 });
              expect(answer.json()).toMatchObject({ success: true });
            });
            expect(statuses(outcomes)).toEqual({ done: 60 });
            // The new leader may not have heard of the last ones yet, and a list does not say that.
            await vi.waitFor(async () => expect(await streamCount(session)).toBe(60), { timeout: 30_000 });
          },
          40_000,
        );
        await system.close();
      });
    });

    test('what a server takes away with it is unknown, never absent', async () => {
      await withNats(line, { servers: 3 }, async (nats) => {
        await withSession(
          { servers: nats.servers.map((one) => one.url) },
          async (session) => {
            expect(statuses(await sendAll(session, creates(6, 1)))).toEqual({ done: 6 });
            const connected = session.api.link.info?.server_name;
            const places = await Promise.all(
              Array.from({ length: 6 }, async (_, i) => {
                const info = await session.api.read({ verb: 'STREAM.INFO', path: [`S${i}`] });
                return { stream: `S${i}`, leader: (info.cluster as { leader?: string }).leader };
              }),
            );
            const lost = places.find(({ leader }) => leader !== connected);
            const kept = places.find(({ leader }) => leader !== lost?.leader);
            await named(nats, lost?.leader).kill();
            await expect(session.read(only(`main/stream/${lost?.stream}`))).rejects.toMatchObject({
              name: 'BrokerError',
              failure: { message: expect.stringMatching(/stream S\d.*nothing else is known/) },
            });
            await expect(session.read(everything)).rejects.toThrow(/nothing else is known/);
            const rest = await session.read(only(`main/stream/${kept?.stream}`));
            expect(rest.map((one) => one.address)).toContain(`main/stream/${kept?.stream}`);
            expect(rest.map((one) => one.address)).not.toContain(`main/stream/${lost?.stream}`);
          },
          15_000,
        );
      });
    });

    test('a server that restarts in the middle of an apply', async () => {
      await withNats(line, {}, async (nats) => {
        await withSession({ servers: [nats.url] }, async (session) => {
          const [server] = nats.servers;
          const units = Array.from({ length: 400 }, (_, i) => [streamCall.create(`S${i}`)]);
          const outcomes = await sendAndThen(session, units, 20, async () => {
            await server?.kill();
            await server?.start();
          });
          expect(statuses(outcomes)).toEqual({ done: 400 });
          expect(await streamCount(session)).toBe(400);
        });
      });
    });

    test('a server that stops answering: unknown, and found out when it answers again', async () => {
      await withNats(line, {}, async (nats) => {
        const pid = Number(readFileSync(join(nats.folder, 'nats-1.pid'), 'utf8').split(' ')[0]);
        await withSession(
          { servers: [nats.url] },
          async (session) => {
            process.kill(pid, 'SIGSTOP');
            // A busy machine takes its time to stop all its threads.
            await vi.waitFor(() => expect(stateOf(pid)).toMatch(/^T/), { timeout: 5_000, interval: 10 });
            try {
              const [outcome] = await sendAll(session, [[streamCall.create('A')]]);
              expect(outcome).toMatchObject({
                status: 'unknown',
                failure: { message: expect.stringMatching(/no answer/) },
              });
              await expect(session.read(everything)).rejects.toMatchObject({
                name: 'ConnectionError',
                transient: true,
              });
            } finally {
              process.kill(pid, 'SIGCONT');
            }
            await vi.waitFor(async () =>
              expect((await session.read(everything)).map((one) => one.address)).toEqual(['main/stream/A']),
            );
          },
          700,
        );
      });
    });

    test('two applies of the same at once are both done, and deletions as well', async () => {
      await withNats(line, {}, async (nats) => {
        const settings = { servers: [nats.url] };
        await withSession(settings, async (one) =>
          withSession(settings, async (other) => {
            const config = { storage: 'memory', duplicate_window: 120_000_000_000 };
            const both = (units: (i: number) => Call[]) => {
              const all = Array.from({ length: 50 }, (_, i) => units(i));
              return Promise.all([sendAll(one, all), sendAll(other, all)]);
            };
            const name = (i: number) => `S${i}`;
            const rounds = [
              await both((i) => [streamCall.create(name(i), { ...config, subjects: [name(i)] })]),
              await both((i) => [
                streamCall.update(name(i), { ...config, subjects: [name(i)], max_msgs: 5 }),
              ]),
              await both((i) => [streamCall.delete(name(i), true)]),
            ];
            for (const outcomes of rounds.flat()) expect(statuses(outcomes)).toEqual({ done: 50 });
            expect(await streamCount(one)).toBe(0);
          }),
        );
      });
    });

    test('who it is stays the same after a restart, and from every server', async () => {
      await withNats(line, { servers: 3 }, async (nats) => {
        const idFrom = (server: LocalNatsServer | undefined) =>
          withSession({ servers: [server?.url ?? ''] }, async (session) => session.broker.id);
        const ids = [];
        for (const server of nats.servers) ids.push(await idFrom(server));
        await nats.servers[0]?.halt();
        await nats.servers[0]?.start();
        ids.push(await idFrom(nats.servers[0]));
        expect(new Set(ids)).toEqual(new Set([line === 'old' ? 'brokerform-test' : 'brokerform-test@APP']));
      });
    });
  },
  { concurrent: true },
);

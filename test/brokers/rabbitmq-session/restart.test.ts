import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalRabbit, startRabbit, Unavailable } from '../../../local/rabbitmq.ts';
import { connect } from '../../../src/brokers/rabbitmq/session/index.ts';
import { calls, LINES, readAll, send, statuses } from './live.ts';

describe.each(LINES)('RabbitMQ %s of our own', (line) => {
  let broker: LocalRabbit | undefined;
  const given = process.env[`BROKERFORM_TEST_RABBITMQ_${line.toUpperCase()}_URL`] !== undefined;
  const skipped = given || process.env.BROKERFORM_TEST_BROKERS === 'none';

  beforeAll(async () => {
    if (skipped) return;
    broker = await startRabbit(line, { tls: true }).catch((error) => {
      if (error instanceof Unavailable) return undefined;
      throw error;
    });
  });
  afterAll(() => broker?.stop());

  const open = (settings: Record<string, string | Record<string, string>>) =>
    connect({ name: 'main', type: 'rabbitmq', settings, resolve: (text) => text, timeout: 10_000 });

  test.skipIf(skipped)(
    'restarts in the middle of sending, and everything is done',
    async ({ skip }) => {
      if (!broker) return skip();
      const own = broker;
      const session = await open({ url: own.url, management: own.management });
      const units = Array.from({ length: 1500 }, (_, i) => [
        calls.queue('/', `restart-${i}`),
        calls.bind('/', 'amq.topic', `restart-${i}`, 'k'),
      ]);
      let seen = 0;
      let restarted: Promise<void> | undefined;
      const outcomes = await send(session, units, {
        onOutcome: () => {
          if (++seen === 100) restarted = own.kill().then(() => own.start());
        },
      });
      await restarted;
      const notDone = outcomes.filter((outcome) => outcome.status !== 'done');
      expect(notDone).toEqual([]);
      expect(statuses(outcomes)).toEqual({ done: 1500 });
      const live = await readAll(session, 'main/queue/%2F/*');
      expect([...live.keys()].filter((address) => address.startsWith('main/binding/'))).toHaveLength(1500);
      await session.close();
    },
    120_000,
  );

  test.skipIf(skipped)(
    'TLS: with the authority and a client certificate, and what is told without',
    async ({ skip }) => {
      if (!broker?.tls) return skip();
      const { url, management, ca, cert, key } = broker.tls;
      const session = await open({ url, management, tls: { ca, cert, key } });
      expect(statuses(await send(session, [[calls.queue('/', 'tls')]]))).toEqual({ done: 1 });
      const checks = await session.diagnose();
      expect(checks.filter((check) => !check.ok)).toEqual([]);
      await session.close();

      const told = async (settings: Parameters<typeof open>[0]) => {
        const error = await open(settings).catch((reason) => reason);
        return { message: error.message, hint: error.hint ?? '', transient: error.transient };
      };
      expect(await told({ management })).toMatchObject({
        hint: expect.stringContaining('tls.ca'),
        transient: false,
      });
      expect(await told({ management, tls: { ca } })).toMatchObject({
        message: expect.stringContaining('refused the TLS handshake'),
        hint: expect.stringContaining('tls.cert and tls.key'),
      });
      expect(await told({ management: management.replace('https', 'http') })).toMatchObject({
        hint: expect.stringContaining('https://'),
      });
      expect(
        await told({ management: broker.management.replace('http', 'https'), tls: { ca, cert, key } }),
      ).toMatchObject({
        message: expect.stringContaining('does not speak TLS'),
      });
      expect(
        await told({ management: management.replace('127.0.0.1', '127.0.0.2'), tls: { ca, cert, key } }),
      ).toMatchObject({
        hint: expect.stringMatching(/tls.servername|nothing listens|check that/),
      });
    },
  );

  test.skipIf(skipped)('ports that are mixed up are named', async ({ skip }) => {
    if (!broker?.tls) return skip();
    const { url, management } = broker;
    const asManagement = url.replace('amqp:', 'http:');
    const asAmqp = management.replace('http:', 'amqp:');
    await expect(open({ management: asManagement })).rejects.toThrow(
      'is an AMQP port, not the management API',
    );
    const amqp = async (settings: Parameters<typeof open>[0]) => {
      const session = await open(settings);
      const check = (await session.diagnose()).find((one) => one.name === 'AMQP');
      await session.close();
      return check;
    };
    expect(await amqp({ url: asAmqp, management })).toMatchObject({
      ok: false,
      text: expect.stringContaining('is an HTTP port, not AMQP'),
    });
    // A reset may overtake the alert that tells it for sure; the hint is the same.
    expect(await amqp({ url: broker.tls.url.replace('amqps', 'amqp'), management })).toMatchObject({
      ok: false,
      text: expect.stringMatching(/speaks TLS only|ECONNRESET/),
      hint: expect.stringContaining('write amqps://'),
    });
    expect(await amqp({ url: url.replace('amqp', 'amqps'), management })).toMatchObject({
      ok: false,
      text: expect.stringContaining('does not speak TLS'),
    });
    expect(await amqp({ url: 'amqp://127.0.0.1:1', management })).toMatchObject({
      ok: false,
      text: 'nothing listens at 127.0.0.1:1',
    });
  });
});

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type LocalRabbit, startRabbit, Unavailable } from '../../../local/rabbitmq.ts';
import { CliProject, eachLine, manyQueues } from './cli-project.ts';
import { AMQP, startWires } from './wire.ts';

/** A broker that is given for tests is not ours to stop. */
const isGiven = (line: string) =>
  process.env[`BROKERFORM_TEST_RABBITMQ_${line.toUpperCase()}_URL`] !== undefined;

eachLine('RabbitMQ %s of our own', (_, line) => {
  const missing = isGiven(line);
  let own: LocalRabbit | undefined;
  let project: CliProject;

  beforeAll(async () => {
    if (missing) return;
    own = await startRabbit(line, { tls: true }).catch((error) => {
      if (error instanceof Unavailable) return undefined;
      throw error;
    });
  });
  afterAll(() => own?.stop());
  beforeEach(async () => {
    if (!own) return;
    project = new CliProject(own);
    await project.makeVhost();
  });
  afterEach(() => project?.remove());

  test.skipIf(missing)(
    'restarts in the middle of an apply: it waits, and everything is done',
    async ({ skip }) => {
      if (!own) return skip();
      const broker = own;
      project.declare({ queues: manyQueues(300) });
      const wires = await startWires(broker);
      project.set({ URL: wires.url, MANAGEMENT: wires.management });
      let restarted: Promise<void> | undefined;
      wires.amqp.when(AMQP.queueDeclare, 100, () => {
        restarted = broker.kill().then(() => broker.start());
      });
      await project.expectRun(0, 'apply', '--auto-approve', '--report', 'report.json');
      expect(restarted).toBeDefined();
      await restarted;
      expect(project.statuses()).toEqual({ applied: 600 });
      expect(await project.queues()).toHaveLength(300);
      expect(await project.bindings()).toHaveLength(300);
      await project.expectRun(0, 'plan', '--detailed-exitcode');
      await wires.close();
    },
    120_000,
  );

  test.skipIf(missing).each(['memory', 'disk'])(
    'runs out of %s in the middle of an apply: what is no publishing goes on',
    async (what) => {
      if (!own) return;
      const limit = what === 'memory' ? 'set_vm_memory_high_watermark' : 'set_disk_free_limit';
      const [short, ample] = what === 'memory' ? ['0', '0.4'] : ['900000GB', '50MB'];
      const broker = own;
      project.declare({ queues: manyQueues(100) });
      const wires = await startWires(broker);
      project.set({ URL: wires.url, MANAGEMENT: wires.management });
      let alarm: Promise<unknown> | undefined;
      wires.amqp.when(AMQP.queueDeclare, 30, () => {
        wires.amqp.hold();
        alarm = broker.ctl(limit, short).finally(() => wires.amqp.release());
      });
      await project.expectRun(0, 'apply', '--auto-approve', '--report', 'report.json');
      expect(alarm).toBeDefined();
      await alarm;
      expect(project.statuses()).toEqual({ applied: 200 });
      await broker.ctl(limit, ample);
      await project.expectRun(0, 'plan', '--detailed-exitcode');
      await wires.close();
    },
    120_000,
  );

  test.skipIf(missing)(
    'hears no heartbeat in the middle of an apply: it connects again, and everything is done',
    async () => {
      if (!own) return;
      const broker = own;
      const heartbeat = (seconds: number) =>
        broker.ctl('eval', `application:set_env(rabbit, heartbeat, ${seconds}).`);
      project.declare({ queues: manyQueues(100) });
      const wires = await startWires(broker);
      project.set({ URL: wires.url, MANAGEMENT: wires.management });
      await heartbeat(1);
      try {
        let silent: Promise<void> | undefined;
        wires.amqp.when(AMQP.queueDeclare, 30, () => {
          wires.amqp.hold();
          silent = sleep(5000).then(() => wires.amqp.release());
        });
        await project.expectRun(0, 'apply', '--auto-approve', '--report', 'report.json');
        expect(silent).toBeDefined();
        await silent;
      } finally {
        await heartbeat(60);
      }
      expect(await project.queues()).toHaveLength(100);
      expect(await project.bindings()).toHaveLength(100);
      await project.expectRun(0, 'plan', '--detailed-exitcode');
      await wires.close();
    },
    120_000,
  );

  test.skipIf(missing)(
    'down: refused at once; with --wait, it is applied as soon as it is up',
    async ({ skip }) => {
      if (!own) return skip();
      project.declare({ queues: { orders: { 'max-length': 10 } } });
      await own.kill();
      const down = await project.expectRun(1, 'apply', '--auto-approve');
      expect(down.stderr).toContain('nothing listens at');
      const impatient = await project.expectRun(1, 'plan', '--wait', '1s');
      expect(impatient.stderr).toContain('nothing listens at');
      const waiting = project.start('apply', '--auto-approve', '--wait', '90s');
      const [{ code, stdout, stderr }] = await Promise.all([waiting.ended, own.start()]);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toContain('1 applied');
      await project.expectRun(0, 'plan', '--detailed-exitcode');
    },
    120_000,
  );

  test.skipIf(missing)('Ctrl-C while waiting for it: nothing was changed', async ({ skip }) => {
    if (!own) return skip();
    project.declare({ queues: { orders: { 'max-length': 10 } } });
    project.set({ MANAGEMENT: 'http://127.0.0.1:1' });
    const waiting = project.start('apply', '--auto-approve', '--wait', '90s');
    setTimeout(() => waiting.kill('SIGINT'), 3000);
    const { code, stderr } = await waiting.ended;
    expect([code, stderr]).toEqual([130, expect.stringContaining('nothing was changed')]);
  });

  test.skipIf(missing)('the management plug-in is off: told what to enable', async ({ skip }) => {
    if (!own) return skip();
    project.declare({ queues: { orders: { 'max-length': 10 } } });
    await own.ctl('eval', 'application:stop(rabbitmq_management).');
    try {
      const { stderr } = await project.expectRun(1, 'plan');
      expect(stderr).toContain('nothing listens at');
      expect(stderr).toContain('rabbitmq-plugins enable rabbitmq_management');
    } finally {
      await own.ctl('eval', 'application:ensure_all_started(rabbitmq_management).');
    }
    await project.expectFinished();
  });

  test.skipIf(missing)(
    'TLS: works with a client certificate, and says what is missing without',
    async ({ skip }) => {
      if (!own?.tls) return skip();
      const { url, management, ca, cert, key } = own.tls;
      project.declare({
        queues: { orders: { 'max-length': 10, bindings: [{ from: 'amq.topic', key: 'k' }] } },
      });
      project.set({ URL: url, MANAGEMENT: management });
      project.configure({}, { tls: { ca, cert, key } });
      await project.expectFinished();
      const doctor = await project.expectRun(0, 'doctor');
      expect(doctor.stdout).toContain('with TLS');

      const told = async (connection: object): Promise<string> => {
        project.configure({}, connection);
        return (await project.expectRun(1, 'plan', '--wait', '60s')).stderr;
      };
      const withoutCertificate = await told({ tls: { ca } });
      expect(withoutCertificate).toContain('refused the TLS handshake');
      expect(withoutCertificate).toContain('tls.cert and tls.key');
      const withoutAuthority = await told({});
      expect(withoutAuthority).toContain('is not trusted');
      expect(withoutAuthority).toContain('tls.ca');
      expect(await told({ tls: { ca: 'missing.pem' } })).toContain('tls.ca cannot be read (ENOENT)');

      project.set({ URL: url, MANAGEMENT: management.replace('https:', 'http:') });
      expect(await told({ tls: { ca, cert, key } })).toContain('speaks TLS only');
      project.set({ URL: own.url, MANAGEMENT: own.management.replace('http:', 'https:') });
      expect(await told({ tls: { ca, cert, key } })).toContain('does not speak TLS');
    },
  );
});

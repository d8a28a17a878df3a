import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { CliProject, eachLine } from './cli-project.ts';
import { type Front, startFront } from './front.ts';

eachLine('RabbitMQ %s that cannot be talked to', (broker) => {
  const amqpPort = broker.url && new URL(broker.url).port;
  const managementPort = broker.management && new URL(broker.management).port;
  let project: CliProject;
  const fronts: Front[] = [];

  beforeAll(async () => {
    project = new CliProject(broker);
    project.declare({ queues: { orders: { 'max-length': 10 } } });
    await project.expectFinished();
  });
  afterAll(() => project?.remove());
  afterEach(async () => {
    project.set({ URL: broker.url, MANAGEMENT: broker.management });
    await Promise.all(fronts.splice(0).map((front) => front.close()));
  });

  /** An HTTP server between brokerform and the management API. */
  async function front(interfere: Parameters<typeof startFront>[1]): Promise<Front> {
    const started = await startFront(broker.management, interfere);
    fronts.push(started);
    project.set({ MANAGEMENT: started.management });
    return started;
  }

  test('down: says what to check, in text and in JSON', async () => {
    project.set({ URL: 'amqp://guest:guest@127.0.0.1:1', MANAGEMENT: 'http://127.0.0.1:1' });
    const { stdout, stderr } = await project.expectRun(1, 'plan', '--format', 'json');
    expect(JSON.parse(stdout).failure).toMatchObject({
      kind: 'connection',
      broker: 'main',
      message: 'nothing listens at 127.0.0.1:1',
    });
    expect(stderr).toContain('rabbitmq-plugins enable rabbitmq_management');
    await project.expectRun(1, 'apply', '--auto-approve');
  });

  test('a wrong password: told at once, and never shown', async () => {
    project.set({ URL: `amqp://guest:s3cret-typo@127.0.0.1:${amqpPort}` });
    // Waiting would take longer than the test may.
    const { stdout, stderr } = await project.expectRun(1, 'plan', '--wait', '1h', '-v');
    expect(stderr).toContain('refused the login of "guest"');
    expect(stdout + stderr).not.toContain('s3cret');
  });

  test('the AMQP port in place of the management API', async () => {
    project.set({ MANAGEMENT: `http://127.0.0.1:${amqpPort}` });
    const { stderr } = await project.expectRun(1, 'plan');
    expect(stderr).toContain(`127.0.0.1:${amqpPort} is an AMQP port, not the management API`);
    expect(stderr).toContain('"management"');
  });

  test('the management API in place of AMQP: doctor tells, HTTP does the work', async () => {
    project.set({ URL: `amqp://guest:guest@127.0.0.1:${managementPort}` });
    const doctor = await project.expectRun(1, 'doctor');
    expect(doctor.stdout).toContain(`127.0.0.1:${managementPort} is an HTTP port, not AMQP`);
    project.declare({ queues: { orders: { 'max-length': 10 }, 'by-http': { 'max-length': 10 } } });
    await project.expectFinished();
    expect(await project.queues()).toEqual(['by-http', 'orders']);
  });

  test('TLS spoken to a plain port', async () => {
    project.set({ MANAGEMENT: `https://127.0.0.1:${managementPort}` });
    const { stderr } = await project.expectRun(1, 'plan', '--wait', '60s');
    expect(stderr).toContain('does not speak TLS');
    expect(stderr).toContain('http://');
  });

  test('a gateway in between that answers 500 and 503 now and then', async () => {
    const requests = await front((path, count) =>
      path.startsWith('/api/queues') && count < 2 ? { status: count === 0 ? 500 : 503 } : undefined,
    );
    await project.expectRun(0, 'plan', '--detailed-exitcode', '--exclude', '**/by-http');
    expect(requests.seen.filter((path) => path.startsWith('/api/queues')).length).toBeGreaterThan(2);
  });

  test('a gateway that always answers 500: nothing is taken for empty', async () => {
    await front((path) => (path.startsWith('/api/queues') ? { status: 500 } : undefined));
    const { stdout, stderr } = await project.expectRun(1, 'apply', '--auto-approve', '--prune');
    expect(stdout).toBe('');
    expect(stderr).toContain('500');
  });

  test('a body that is cut off once is read again', async () => {
    const requests = await front((path, count) =>
      path.startsWith('/api/queues') && count === 0 ? { cutAt: 20 } : undefined,
    );
    await project.expectRun(0, 'plan', '--detailed-exitcode', '--exclude', '**/by-http');
    expect(requests.seen.filter((path) => path.startsWith('/api/queues')).length).toBeGreaterThan(1);
  });

  test('a body that is always cut off is no plan', async () => {
    await front((path) => (path.startsWith('/api/queues') ? { cutAt: 20 } : undefined));
    const { stdout, stderr } = await project.expectRun(1, 'apply', '--auto-approve', '--prune');
    expect(stdout).toBe('');
    expect(stderr).toMatch(/connection to 127\.0\.0\.1:\d+ was lost/);
    expect(await project.queues()).toContain('orders');
  });

  test('a login page in between is no management API', async () => {
    await front(() => ({ status: 200, body: '<html>Sign in</html>' }));
    const { stderr } = await project.expectRun(1, 'plan');
    expect(stderr).toContain('does not answer in JSON');
  });
});

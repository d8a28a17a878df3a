import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CliProject, eachLine } from './cli-project.ts';

eachLine('a queue of RabbitMQ %s that gets its first message between plan and apply', (broker) => {
  let project: CliProject;

  beforeEach(async () => {
    project = new CliProject(broker);
    await project.makeVhost();
  });
  afterEach(() => project?.remove());

  const types = ['classic', 'quorum', 'stream'] as const;
  const others = { classic: 'quorum', quorum: 'classic', stream: 'classic' } as const;

  test('is not deleted, whatever its type', async () => {
    project.declare({ queues: Object.fromEntries(types.map((type) => [type, { type }])) });
    await project.expectFinished();
    project.declare({}, { retired: types.map((type) => project.address('queue', type)) });
    const planned = await project.expectRun(0, 'plan', '--out', 'plan.json');
    expect(planned.stdout).toContain('3 disruptive');
    for (const type of types) await project.publish(type);

    const { stderr } = await project.expectRun(4, 'apply', 'plan.json');
    for (const type of types) {
      expect(stderr).toContain(`${project.address('queue', type)}: now destructive: 1 message would be lost`);
    }
    expect(await project.queues()).toEqual([...types]);
    await expectIntact();
    // The next plan knows, and wants to be allowed.
    const next = await project.expectRun(3, 'plan');
    expect(next.stdout).toContain('3 blocked');
  });

  test('is not replaced, whatever its type', async () => {
    const declared = (type: (typeof types)[number], kind: string) => [
      type,
      { type: kind, bindings: [{ from: 'amq.topic', key: type }] },
    ];
    project.declare({ queues: Object.fromEntries(types.map((type) => declared(type, type))) });
    await project.expectFinished();
    project.declare({ queues: Object.fromEntries(types.map((type) => declared(type, others[type]))) });
    await project.expectRun(0, 'plan', '--out', 'plan.json');
    for (const type of types) await project.publish(type);

    await project.expectRun(4, 'apply', 'plan.json');
    const listed = await project.broker.get('queues', project.vhost);
    expect(listed.map(({ name, type }) => [name, type])).toEqual(types.map((type) => [type, type]));
    expect(await project.bindings()).toEqual(types.map((type) => `amq.topic → ${type} ${type}`));
    await expectIntact();

    // Allowed by name, it goes, and the bindings come back.
    const allow = `destructive:${project.address('queue', '')}**`;
    await project.expectRun(0, 'apply', '--auto-approve', '--allow', allow);
    await project.expectRun(0, 'plan', '--detailed-exitcode');
    expect(await project.bindings()).toEqual(types.map((type) => `amq.topic → ${type} ${type}`));
  });

  async function expectIntact(): Promise<void> {
    for (const queue of ['classic', 'quorum']) {
      const path = ['queues', project.vhost, queue, 'get'];
      const body = { count: 10, ackmode: 'ack_requeue_true', encoding: 'auto' };
      const taken = await project.broker.request('POST', path, body);
      expect([queue, taken]).toEqual([queue, [expect.objectContaining({ payload: 'precious' })]]);
    }
    // Nobody can get from a stream over HTTP; its count comes a little later.
    await vi.waitFor(
      async () => {
        const listed = await project.broker.get('queues', project.vhost);
        expect(listed.find(({ name }) => name === 'stream')?.messages).toBe(1);
      },
      { timeout: 15_000, interval: 500 },
    );
  }
});

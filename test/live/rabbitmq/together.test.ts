import { afterEach, beforeEach, expect, test } from 'vitest';
import { CliProject, eachLine } from './cli-project.ts';

const KEYS = Array.from({ length: 12 }, (_, i) => `key.${i}`);

eachLine('two applies to RabbitMQ %s at once', (broker) => {
  let project: CliProject;

  beforeEach(async () => {
    project = new CliProject(broker);
    await project.makeVhost();
  });
  afterEach(() => project?.remove());

  const declare = (type: string) =>
    project.declare({
      exchanges: { events: { type } },
      queues: { orders: { bindings: [{ from: 'events', keys: KEYS }] } },
    });

  test('without a lock, of one plan that replaces an exchange: where one of them says that all is done, all is done', async () => {
    declare('topic');
    await project.expectFinished();
    const path = ['bindings', project.vhost, 'e', 'events', 'q', 'orders'];
    await project.broker.request('POST', path, { routing_key: 'theirs', arguments: {} });
    for (const type of ['direct', 'topic']) {
      declare(type);
      await project.expectRun(0, 'plan', '--out', 'plan.json');
      const apply = () => project.run('apply', 'plan.json', '--no-lock');
      const ended = await Promise.all([apply(), apply()]);
      // One of them may find the plan half done by the other, and refuse it, or see what the other took away.
      const codes = ended.map(({ code }) => code);
      expect(codes.every((code) => code === 0 || code === 4 || code === 5)).toBe(true);
      if (codes.includes(5) || !codes.includes(0)) await project.expectRun(0, 'apply', 'plan.json');
      const exchanges = (await project.broker.get('exchanges', project.vhost)).map(({ name }) =>
        String(name),
      );
      const left = exchanges.filter((name) => name.includes('brokerform'));
      // A broker may still list bindings of the deleted detour that one made while the other deleted it.
      const count = (await project.bindings()).filter((one) => one.startsWith('events → orders ')).length;
      expect({ codes, left, count }).toEqual({ codes, left: [], count: 13 });
      await project.expectRun(0, 'plan', '--detailed-exitcode');
    }
  });

  test('of one plan, where one waits for the other: both end with all done', async () => {
    declare('topic');
    await project.expectFinished();
    declare('direct');
    await project.expectRun(0, 'plan', '--out', 'plan.json');
    const apply = () => project.run('apply', 'plan.json', '--wait-for-lock', '100s');
    const ended = await Promise.all([apply(), apply()]);
    expect(ended.map(({ code, stdout }) => ({ code, stdout }))).toMatchObject([{ code: 0 }, { code: 0 }]);
    await project.expectRun(0, 'plan', '--detailed-exitcode');
  });
});

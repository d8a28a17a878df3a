import { expect, test } from 'vitest';
import { CliProject, eachLine, freshVhost } from './cli-project.ts';
import { Management } from './management.ts';

eachLine('export --to definitions, imported by RabbitMQ %s', (broker) => {
  const management = new Management(broker.management);

  test('makes what an apply would have made: the plan is empty', async () => {
    const project = new CliProject(broker);
    const user = freshVhost();
    try {
      const permissions = { [user]: { configure: '', write: '.*', read: 'o.*' } };
      const definition = { 'max-length': 1000 };
      project.declare(
        {
          description: 'exported',
          limits: { 'max-queues': 50 },
          permissions,
          exchanges: {
            events: { type: 'topic', 'alternate-exchange': 'lost' },
            lost: { type: 'fanout', durable: true },
            more: { type: 'headers', 'auto-delete': true },
          },
          queues: {
            orders: {
              type: 'quorum',
              'max-length': 10,
              'dead-letter': { exchange: 'lost' },
              bindings: [{ from: 'events', key: 'order.#' }],
            },
            log: { type: 'stream', 'max-age': '7D' },
            lost: {
              'message-ttl': '7d',
              bindings: [{ from: 'lost' }, { from: 'more', arguments: { 'x-match': 'all', a: 1, b: 'x' } }],
            },
          },
          policies: { limit: { pattern: '^lost$', 'apply-to': 'queues', priority: 3, definition } },
          'operator-policies': { hard: { pattern: '.*', 'apply-to': 'queues', definition } },
          bindings: [{ from: 'events', 'to-exchange': 'more', key: '#' }],
        },
        { users: { [user]: { tags: ['monitoring'], limits: { 'max-connections': 5 } } } },
      );
      await project.expectRun(0, 'export', '--to', 'definitions', '--out', 'definitions.json');
      await management.request('POST', ['definitions'], JSON.parse(project.read('definitions.json')));
      const { code, stdout } = await project.run('plan', '--detailed-exitcode', '--prune');
      expect([code, stdout]).toEqual([0, expect.stringContaining('No changes.')]);
    } finally {
      await management.delete('users', user);
      await project.remove();
    }
  });
});

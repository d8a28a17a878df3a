import { afterEach, beforeEach, expect, test } from 'vitest';
import { CliProject, eachLine } from './cli-project.ts';

/** An instance as cyrilgdn/rabbitmq 1.8 keeps it. */
function instance(type: string, name: string, attributes: object) {
  const provider = 'provider["registry.terraform.io/cyrilgdn/rabbitmq"]';
  return { mode: 'managed', type, name, provider, instances: [{ schema_version: 0, attributes }] };
}

eachLine('the state of the Terraform provider, and RabbitMQ %s as the provider leaves it', (broker, line) => {
  let project: CliProject;
  let user: string;
  // What the provider sends for it is nothing to 3.10, and what it reads there is empty.
  const defaultType = line === 'old' ? '' : 'quorum';

  beforeEach(() => {
    project = new CliProject(broker);
    user = `${project.vhost}-app`;
  });
  afterEach(async () => {
    await project.broker.delete('users', user);
    await project.remove();
  });

  /** What the provider sends for {@link stateOf}. */
  async function make(): Promise<void> {
    const { vhost, broker: api } = project;
    await api.put(['vhosts', vhost], { description: 'All of it', default_queue_type: defaultType });
    await api.put(['users', user], { password: 'hunter2', tags: 'management' });
    await api.put(['permissions', vhost, user], { configure: '', write: '.*', read: '.*' });
    await api.put(['exchanges', vhost, 'lost'], { type: 'fanout', durable: true, auto_delete: false });
    const events = { type: 'topic', durable: true, auto_delete: false };
    await api.put(['exchanges', vhost, 'events'], {
      ...events,
      arguments: { 'alternate-exchange': 'lost' },
    });
    await api.put(['topic-permissions', vhost, user], { exchange: 'events', write: '^order', read: '' });
    const lasting = { durable: true, auto_delete: false };
    const quorum = { 'x-queue-type': 'quorum', 'x-delivery-limit': 5 };
    await api.put(['queues', vhost, 'orders'], { ...lasting, arguments: quorum });
    const classic = { 'x-queue-type': 'classic', 'x-message-ttl': 60_000 };
    await api.put(['queues', vhost, 'plain'], { ...lasting, arguments: classic });
    const bind = (to: string, body: object) =>
      api.request('POST', ['bindings', vhost, 'e', 'events', ...to.split('/')], body);
    await bind('q/orders', { routing_key: 'order.#', arguments: {} });
    await bind('q/plain', { routing_key: '', arguments: { n: 1, team: 'shop' } });
    await bind('e/lost', { routing_key: 'lost', arguments: {} });
    await api.put(['policies', vhost, 'limits'], {
      pattern: '^orders',
      priority: 3,
      'apply-to': 'queues',
      definition: { 'max-length': 1000, overflow: 'reject-publish' },
    });
    await api.put(['operator-policies', vhost, 'cap'], {
      pattern: '.*',
      priority: 0,
      'apply-to': 'queues',
      definition: { 'max-length': 1_000_000 },
    });
    await api.put(['vhost-limits', vhost, 'max-connections'], { value: 500 });
  }

  function stateOf(vhost: string): object {
    const settings = (more: object) => [{ durable: true, auto_delete: false, ...more }];
    const binding = (destination: string, more: object) => ({
      vhost,
      source: 'events',
      destination,
      destination_type: 'queue',
      routing_key: '',
      properties_key: '~',
      arguments: {},
      arguments_json: null,
      ...more,
    });
    const resources = [
      instance('rabbitmq_vhost', 'shop', {
        id: vhost,
        name: vhost,
        description: 'All of it',
        default_queue_type: defaultType,
        max_connections: '500',
        max_queues: '',
        tracing: false,
      }),
      instance('rabbitmq_user', 'app', { id: user, name: user, password: 'hunter2', tags: ['management'] }),
      instance('rabbitmq_permissions', 'app', {
        id: `${user}@${vhost}`,
        user,
        vhost,
        permissions: [{ configure: '', write: '.*', read: '.*' }],
      }),
      instance('rabbitmq_topic_permissions', 'app', {
        id: `${user}@${vhost}`,
        user,
        vhost,
        permissions: [{ exchange: 'events', write: '^order', read: '' }],
      }),
      instance('rabbitmq_exchange', 'lost', {
        id: `lost@${vhost}`,
        name: 'lost',
        vhost,
        settings: settings({ type: 'fanout', arguments: {} }),
      }),
      instance('rabbitmq_exchange', 'events', {
        id: `events@${vhost}`,
        name: 'events',
        vhost,
        settings: settings({ type: 'topic', arguments: { 'alternate-exchange': 'lost' } }),
      }),
      instance('rabbitmq_queue', 'orders', {
        id: `orders@${vhost}`,
        name: 'orders',
        vhost,
        settings: settings({
          arguments: null,
          arguments_json: '{"x-queue-type": "quorum", "x-delivery-limit": 5}',
        }),
      }),
      instance('rabbitmq_queue', 'plain', {
        id: `plain@${vhost}`,
        name: 'plain',
        vhost,
        settings: settings({
          arguments: null,
          arguments_json: '{"x-queue-type": "classic", "x-message-ttl": 60000}',
        }),
      }),
      instance('rabbitmq_binding', 'orders', binding('orders', { routing_key: 'order.#' })),
      instance(
        'rabbitmq_binding',
        'plain',
        binding('plain', { arguments: null, arguments_json: '{"n": 1, "team": "shop"}' }),
      ),
      instance(
        'rabbitmq_binding',
        'lost',
        binding('lost', { destination_type: 'exchange', routing_key: 'lost' }),
      ),
      instance('rabbitmq_policy', 'limits', {
        id: `limits@${vhost}`,
        name: 'limits',
        vhost,
        policy: [
          {
            pattern: '^orders',
            priority: 3,
            apply_to: 'queues',
            definition: { 'max-length': '1000', overflow: 'reject-publish' },
          },
        ],
      }),
      instance('rabbitmq_operator_policy', 'cap', {
        id: `cap@${vhost}`,
        name: 'cap',
        vhost,
        policy: [{ pattern: '.*', priority: 0, apply_to: 'queues', definition: { 'max-length': '1000000' } }],
      }),
    ];
    return { version: 4, terraform_version: '1.11.4', serial: 3, lineage: 'a', resources };
  }

  test('planning what was imported from the state has no changes', async () => {
    await make();
    project.write('before.tfstate', stateOf(project.vhost));
    const { stderr } = await project.expectRun(0, 'import', '--from', 'before.tfstate', '--out', 'imported');
    expect(stderr).toContain("'rabbitmq_queue.orders'");
    expect(stderr + project.read('imported/users.yaml')).not.toContain('hunter2');
    project.configure({ topologies: ['imported/*.yaml'] });
    // The variable that the import names, as it keeps no password.
    const variable = /\$\{(\w+)\}/.exec(project.read('imported/users.yaml'))?.[1] ?? '';
    project.set({ [variable]: 'hunter2' });
    const { stdout } = await project.expectRun(0, 'plan', '--detailed-exitcode', '--prune');
    expect(stdout).toMatch(/No changes\. 1\d in sync/);
  });
});

import rhea from 'rhea';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Amqp10Client } from './amqp10-client.ts';
import { CliProject, sharedBroker } from './cli-project.ts';

const { data_section, sequence_section } = rhea.message;

type Fields = Readonly<Record<string, unknown>>;

/** What stays as it is in a message that is told in AMQP 0-9-1 and taken back. */
const KEPT: Record<string, Fields> = {
  data: { body: data_section(Buffer.from('a')) },
  properties: { message_id: 'm', correlation_id: 'c', content_type: 'text/plain' },
  'reply to, group': { reply_to: '/queues/answers', group_id: 'g' },
  'application properties': { application_properties: { text: 'x', number: -5, fraction: 1.5 } },
  'a text as body': { body: 'text' },
  'a map as body': { body: { x: 1 } },
  'a list as body': { body: sequence_section([1, 'two', true]) },
};

/** What is lost, or changed. */
const CHANGED: Record<string, [sent: Fields, came: Fields]> = {
  subject: [{ subject: 's' }, { subject: undefined }],
  'group sequence': [
    { group_id: 'g', group_sequence: 3 },
    { group_id: 'g', group_sequence: undefined },
  ],
  'a number as id': [{ correlation_id: 77 }, { correlation_id: '77' }],
  'a property with a long name': [
    { application_properties: { ['k'.repeat(300)]: 'x' } },
    { application_properties: undefined },
  ],
};

// Before 4.0, a plug-in makes them messages of AMQP 0-9-1 as they come.
const broker = sharedBroker('current');

describe.skipIf(broker.missing)('messages of AMQP 1.0 in a move of RabbitMQ current', () => {
  let project: CliProject;
  let client: Amqp10Client;

  const body = (type: string) => ({
    exchanges: { events: { type: 'topic' } },
    queues: { orders: { type, bindings: [{ from: 'events', key: '#' }] } },
  });

  beforeEach(async () => {
    project = new CliProject(broker);
    await project.makeVhost();
    project.declare(body('classic'));
    await project.expectFinished();
    client = await Amqp10Client.connect(broker.url, project.vhost);
  });
  afterEach(async () => {
    await client?.close();
    project?.remove();
  });

  const move = (...args: string[]) => [...args, '--move', project.address('queue', 'orders')];

  test('the plan tells of their clients; they come as the documentation says', async () => {
    const sent = [...Object.values(KEPT), ...Object.values(CHANGED).map(([one]) => one)];
    const expected = [...Object.values(KEPT), ...Object.values(CHANGED).map(([, one]) => one)];
    await client.publish(
      'events',
      'key',
      sent.map((one) => ({ body: data_section(Buffer.from('a')), durable: true, ...one })),
    );
    project.declare(body('quorum'));
    await vi.waitFor(
      async () =>
        expect((await project.run(...move('plan'))).stdout).toContain('the vhost has 1 AMQP 1.0 connection:'),
      { timeout: 60_000, interval: 1_000 },
    );
    await project.expectRun(0, ...move('apply', '--auto-approve'));
    const came = await client.take('orders', sent.length);
    expect(came.map((one, i) => picked({ ...one }, expected[i] ?? {}))).toEqual(
      expected.map((one) => picked(one, one)),
    );
  });

  test('one that cannot be told in AMQP 0-9-1 stops it, is not lost, and lets it go on', async () => {
    const uuid = rhea.types.wrap_uuid(Buffer.from('0123456789abcdef'));
    await client.publish('events', 'key', [
      { body: 'first', durable: true },
      { body: 'stuck', durable: true, application_properties: { id: uuid } },
      { body: 'last', durable: true },
    ]);
    project.declare(body('quorum'));
    const stopped = await project.expectRun(1, ...move('apply', '--auto-approve'));
    expect(stopped.stdout).toContain('let a consumer of AMQP 1.0 take it');
    const { stdout } = await project.expectRun(0, 'plan');
    expect(stdout).toContain('continues the move of its messages');
    const seen = new Set<unknown>();
    while (!seen.has('stuck')) for (const one of await client.take('orders', 1)) seen.add(one.body);
    await project.expectRun(0, ...move('apply', '--auto-approve'));
    while (seen.size < 3) for (const one of await client.take('orders', 1)) seen.add(one.body);
    await project.expectRun(0, 'plan', '--detailed-exitcode');
  }, 240_000);
});

function picked(message: Fields, fields: Fields): Fields {
  return Object.fromEntries(Object.keys(fields).map((key) => [key, message[key]]));
}

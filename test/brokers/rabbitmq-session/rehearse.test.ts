import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RabbitCall } from '../../../src/brokers/rabbitmq/calls.ts';
import { brokerOf, calls, freshVhost, LINES, loginAs, open, readAll, send, statuses } from './live.ts';

type Opened = Awaited<ReturnType<typeof open>>;

describe.each(LINES)('trying out replacements on RabbitMQ %s', (line) => {
  const broker = brokerOf(line);
  const vhost = freshVhost();
  const user = freshVhost();
  let session: Opened;

  beforeAll(async () => {
    if (!broker) return;
    session = await open(line);
    const rights = { configure: '^(q|e)$', write: '.*', read: '.*' };
    const made = await send(session, [
      [
        calls.put(['vhosts', vhost]),
        calls.put(['users', user], { password: 'secret', tags: 'management' }),
        calls.put(['permissions', vhost, user], rights),
        calls.queue(vhost, 'q', { 'x-max-length': 10 }),
        calls.exchange(vhost, 'e'),
      ],
    ]);
    expect(statuses(made)).toEqual({ done: 1 });
  });
  afterAll(async () => {
    if (!broker) return;
    await send(session, [[calls.delete('users', user)], [calls.delete('vhosts', vhost)]]);
    await session.close();
  });

  const never = new AbortController().signal;
  const rehearse = (by: Opened, units: readonly (readonly RabbitCall[])[]) =>
    by
      .rehearse?.(units, { drain: never, abort: never })
      .then((trials) => [...trials].sort((a, b) => a.unit - b.unit));
  const queue = (args: Parameters<typeof calls.queue>[2]) => [
    calls.deleteQueue(vhost, 'q'),
    calls.queue(vhost, 'q', args),
  ];
  const exchange = (type: string, args: Parameters<typeof calls.exchange>[3] = {}) => [
    calls.deleteExchange(vhost, 'e'),
    calls.exchange(vhost, 'e', type, args),
  ];

  async function names(): Promise<string[]> {
    const live = await readAll(session, `main/*/${vhost}/*`);
    return [...live.keys()]
      .filter((address) => /^main\/(queue|exchange)\//.test(address) && !address.includes('/amq.'))
      .sort();
  }
  const untouched = [`main/exchange/${vhost}/e`, `main/queue/${vhost}/q`];

  const ways: [string, () => Promise<Opened>][] = [
    ['AMQP', () => open(line)],
    ['HTTP alone', () => open(line, { settings: { url: '' } })],
  ];

  test.skipIf(!broker).each(ways)('tells refusals by %s, and leaves nothing behind', async (_, opened) => {
    const by = await opened();
    const trials = await rehearse(by, [
      queue({ 'x-queue-type': 'nosuch' }),
      exchange('x-nosuch'),
      queue({ 'x-queue-type': 'quorum', 'x-max-priority': 5 }),
      queue({ 'x-expires': 0 }),
      queue({ 'x-queue-type': 'stream', 'x-max-age': 'soon' }),
      exchange('topic', { 'alternate-exchange': 5 }),
      queue({ 'x-queue-type': 'quorum' }),
      queue({ 'x-queue-type': 'stream', 'x-max-age': '1h' }),
      queue({ 'x-expires': 5000 }),
      exchange('fanout'),
      // Only what is deleted and made anew is tried.
      [calls.queue(vhost, 'other', { 'x-queue-type': 'nosuch' })],
    ]);
    await by.close();
    expect(trials?.map(({ unit, failure }) => [unit, failure !== undefined])).toEqual(
      Array.from({ length: 10 }, (_, unit) => [unit, unit < 6]),
    );
    expect(trials?.[0]?.failure?.message).toContain("for queue 'q'");
    expect(trials?.[1]?.failure?.message).toBe("unknown exchange type 'x-nosuch'");
    expect(trials?.slice(6).map(({ note }) => note)).toEqual(Array(4).fill(undefined));
    expect(await names()).toEqual(untouched);
  });

  test.skipIf(!broker)('a missing right and a full vhost are no refusals', async () => {
    const limited = await open(line, { settings: loginAs(line, user, 'secret') });
    const trials = await rehearse(limited, [queue({ 'x-queue-type': 'quorum' }), exchange('fanout')]);
    await limited.close();
    expect(trials?.map(({ failure, note }) => [failure, note?.replace(/brokerform\.\S*/, '…')])).toEqual([
      [undefined, expect.stringMatching(/^not tried beforehand: .*refused/)],
      [undefined, expect.stringMatching(/^not tried beforehand: .*refused/)],
    ]);
    await send(session, [[calls.put(['vhost-limits', vhost, 'max-queues'], { value: 1 })]]);
    const full = await rehearse(session, [queue({ 'x-queue-type': 'quorum' })]);
    await send(session, [[calls.delete('vhost-limits', vhost, 'max-queues')]]);
    expect(full).toEqual([{ unit: 0, note: expect.stringContaining('is reached') }]);
    expect(await names()).toEqual(untouched);
  });

  test.skipIf(!broker)('what a killed trial left goes, and no plug-in is made to act on one', async () => {
    const left = `brokerform.trial.${'0'.repeat(32)}`;
    const policy = { pattern: '.*', 'apply-to': 'all', definition: { 'federation-upstream-set': 'all' } };
    await send(session, [
      [calls.exchange(vhost, left), calls.queue(vhost, left, { 'x-queue-type': 'stream' })],
      [calls.put(['policies', vhost, 'federation'], policy)],
    ]);
    const trials = await rehearse(session, [queue({ 'x-queue-type': 'quorum' })]);
    await send(session, [[calls.delete('policies', vhost, 'federation')]]);
    expect(trials).toEqual([{ unit: 0, note: expect.stringContaining('plug-in') }]);
    expect(await names()).toEqual(untouched);
  });
});

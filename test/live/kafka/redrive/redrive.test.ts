import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { tally } from '../../redrive-trial.ts';
import { connectHeaders, DeadTopics, redriveBy } from '../dead-letters.ts';
import { freshPrefix, LINES, sharedCluster } from '../lines.ts';

for (const line of LINES) {
  const cluster = sharedCluster(line);

  describe.skipIf(cluster.missing)(`redrive on Kafka ${cluster.version}`, () => {
    const dead = new DeadTopics(cluster.bootstrap);
    const redrive = (topic: string, options: Parameters<typeof redriveBy>[2] = {}) =>
      redriveBy({ bootstrap: [...cluster.bootstrap] }, topic, options);

    async function topics(partitions = 1): Promise<[source: string, letters: string]> {
      const source = `${freshPrefix()}orders`;
      await dead.create(source, partitions);
      // Some records are from 2020.
      await dead.create(`${source}-dlq`, 2, { 'retention.ms': '-1' });
      return [source, `${source}-dlq`];
    }

    test('each record comes back once, as it was, marked, in its partition; filters leave the rest for later', async () => {
      const [source, letters] = await topics(6);
      const records = Array.from({ length: 400 }, (_, i) => ({
        ...{ partition: i % 2, key: i % 10 === 0 ? null : `k${i}`, value: i % 100 === 5 ? null : `v${i}` },
        timestamp: String(1_600_000_000_000 + i),
        headers: connectHeaders(source, {
          '__connect.errors.partition': String(i % 6),
          '__connect.errors.exception.class.name': i % 3 === 0 ? 'A' : 'B',
          number: String(i),
        }),
      }));
      await dead.produce(letters, records, true);

      const dry = await redrive(letters, { survey: true });
      expect(dry.error).toBeUndefined();
      expect(tally(dry.letters)).toEqual({
        [`${source} | ${source} | A | 0`]: 134,
        [`${source} | ${source} | B | 0`]: 266,
      });
      expect(await dead.records(source)).toEqual([]);

      expect(tally((await redrive(letters, { limit: 30 })).outcomes)).toEqual({ redriven: 30 });
      const some = await redrive(letters, { accepts: ({ reason }) => reason === 'A' });
      expect(some.error).toBeUndefined();
      expect(tally(some.outcomes)).toEqual({ redriven: 124, skipped: 246 });
      expect(tally((await redrive(letters)).outcomes)).toEqual({ redriven: 246 });
      expect((await redrive(letters)).outcomes).toEqual([]);

      const copies = await dead.records(source);
      const numbers = copies.map(({ headers }) => Number(headers.number)).sort((a, b) => a - b);
      expect(numbers).toEqual(records.map((_, i) => i));
      for (const { partition, key, value, headers, timestamp } of copies) {
        const i = Number(headers.number);
        expect({ partition, key, value, headers }).toEqual({
          ...{ partition: i % 6, key: records[i]?.key, value: records[i]?.value },
          headers: {
            ...{ number: String(i), 'Brokerform-Redrive': '1; run=test' },
            'Brokerform-Timestamp': String(1_600_000_000_000 + i),
          },
        });
        expect(Date.now() - timestamp).toBeLessThan(120_000);
      }
    });

    test('each convention is read, and what cannot come back stays with the reason', async () => {
      const [source, letters] = await topics(2);
      const [small, compact] = [`${source}-small`, `${source}-compact`];
      await dead.create(small, 1, { 'max.message.bytes': '2000' });
      await dead.create(compact, 1, { 'cleanup.policy': 'compact' });
      const int = (value: number) => Buffer.from([0, 0, 0, value]);
      await dead.produce(source, [
        { partition: 0, key: 'shared', value: 'share', headers: { first: 'yes' } },
      ]);
      const shared = (offset: string) => ({
        ...{ '__dlq.errors.topic': source, '__dlq.errors.partition': '0', '__dlq.errors.offset': offset },
        '__dlq.errors.message': 'Offset rejected by client.',
      });
      const died = [
        { value: 'plain', headers: {} },
        { value: 'internal', headers: connectHeaders('__consumer_offsets') },
        { value: 'loop', headers: connectHeaders(letters) },
        { value: 'hostile', headers: connectHeaders('a b\u001b]0;x') },
        { value: 'none', headers: connectHeaders(`${source}-none`) },
        { value: 'x'.repeat(5_000), headers: connectHeaders(small) },
        { value: 'fits', headers: connectHeaders(small) },
        { value: 'no key', headers: connectHeaders(compact) },
        {
          value: 'Spring',
          headers: { 'kafka_dlt-original-topic': source, 'kafka_dlt-original-partition': int(1), mine: 'x' },
        },
        {
          value: 'retried',
          headers: {
            'kafka_original-topic': source,
            'kafka_original-partition': int(1),
            'kafka_dlt-original-topic': 'r',
          },
        },
        {
          value: 'Streams',
          headers: { '__streams.errors.topic': source, '__streams.errors.partition': '1' },
        },
        { value: 'Cloud Stream', headers: { 'x-original-topic': source, 'x-original-partition': int(1) } },
        { value: 'SmallRye', headers: { 'dead-letter-topic': source, 'dead-letter-partition': '1' } },
        { value: 'Watermill', headers: { topic_poisoned: source, reason_poisoned: 'bad' } },
        { value: null, headers: shared('0') },
        { value: null, headers: shared('77') },
      ];
      await dead.produce(
        letters,
        died.map((record) => ({ ...record, partition: 0 })),
      );
      const { outcomes, error } = await redrive(letters);
      expect(error).toBeUndefined();
      const kept = outcomes.filter((outcome) => outcome !== 'redriven');
      const refused = kept.filter((outcome) =>
        /^kept: .*Compacted topic cannot accept message without key.*\(INVALID_RECORD\)$/.test(outcome),
      );
      expect(refused).toHaveLength(1);
      expect(kept.filter((outcome) => !refused.includes(outcome)).sort()).toEqual(
        [
          'kept: no header contains the original topic: set one with --to',
          'kept: topic __consumer_offsets is internal',
          `kept: it would go back into topic ${letters}`,
          'kept: "a b\\u001b]0;x" is not a topic name',
          `kept: topic ${source}-none: unknown topic or partition`,
          'kept: the record is larger than max.message.bytes of the topic (MESSAGE_TOO_LARGE)',
          `kept: record 77 of ${source}-0 no longer exists`,
        ].sort(),
      );
      expect((await dead.records(small)).map(({ value }) => value)).toEqual(['fits']);
      const copies = (await dead.records(source)).slice(1);
      expect(copies.map(({ value }) => value).sort()).toEqual(
        ['Cloud Stream', 'SmallRye', 'Spring', 'Streams', 'Watermill', 'retried', 'share'].sort(),
      );
      const others = copies.filter(({ value }) => value !== 'share' && value !== 'Watermill');
      expect(new Set(others.map(({ partition }) => partition))).toEqual(new Set([1]));
      const names = new Set(copies.flatMap(({ headers }) => Object.keys(headers)));
      expect([...names].sort()).toEqual(['Brokerform-Redrive', 'Brokerform-Timestamp', 'first', 'mine']);

      const directed = await redrive(letters, { to: source });
      expect(tally(directed.outcomes)).toEqual({
        redriven: 7,
        [`kept: record 77 of ${source}-0 no longer exists`]: 1,
      });
    });

    test.each(['snappy', 'lz4', 'zstd'])(
      'records that the broker compressed by %s come back',
      async (codec) => {
        const source = `${freshPrefix()}${codec}`;
        await dead.create(source);
        await dead.create(`${source}-dlq`, 1, { 'compression.type': codec });
        const values = Array.from({ length: 120 }, (_, i) =>
          i % 3 === 0 ? randomBytes(200 + i * 7).toString('hex') : `${i} `.repeat(i * 11),
        );
        // Only compressed does it fit.
        values.push('large '.repeat(300_000));
        for (let at = 0; at < values.length; at += 60) {
          const records = values
            .slice(at, at + 60)
            .map((value) => ({ value, headers: connectHeaders(source) }));
          await dead.produce(`${source}-dlq`, records, at >= 60);
        }
        expect(tally((await redrive(`${source}-dlq`)).outcomes)).toEqual({ redriven: 121 });
        expect((await dead.records(source)).map(({ value }) => value)).toEqual(values);
      },
    );

    test('records that were aborted are no dead letters, and a second death counts', async () => {
      const [source, letters] = await topics();
      const producer = dead.kafka.producer({ transactionalId: `${source}-producer`, maxInFlightRequests: 1 });
      await producer.connect();
      const send = async (value: string, ends: 'commit' | 'abort', headers: Record<string, string> = {}) => {
        const transaction = await producer.transaction();
        const record = { partition: 0, value, headers: connectHeaders(source, headers) };
        await transaction.send({ topic: letters, messages: [record] });
        await transaction[ends]();
      };
      await send('one', 'commit');
      await send('never', 'abort');
      await send('two', 'commit', { 'Brokerform-Redrive': '4; run=x' });
      await producer.disconnect();
      const { letters: seen, outcomes } = await redrive(letters);
      expect(seen.map((text) => text.split(' | ').at(-1))).toEqual(['0', '4']);
      expect(outcomes).toEqual(['redriven', 'redriven']);
      const copies = await dead.records(source);
      expect(copies.map(({ value, headers }) => [value, headers['Brokerform-Redrive']])).toEqual([
        ['one', '1; run=test'],
        ['two', '5; run=test'],
      ]);
      expect((await redrive(letters)).outcomes).toEqual([]);
    });

    test('what a killed run left open is waited for, until the broker ends it', async () => {
      const [source, letters] = await topics();
      await dead.produce(letters, [{ partition: 0, value: 'one', headers: connectHeaders(source) }]);
      // kafkajs takes no "not yet" of a group's coordinator for an answer.
      await redrive(letters, { survey: true });
      const group = `brokerform-redrive.${letters}`;
      const killed = dead.kafka.producer({ transactionalId: group, transactionTimeout: 30_000 });
      await killed.connect();
      const transaction = await killed.transaction();
      await transaction.send({ topic: source, messages: [{ partition: 0, value: 'never' }] });
      const offsets = [{ topic: letters, partitions: [{ partition: 0, offset: '1' }] }];
      await transaction.sendOffsets({ consumerGroupId: group, topics: offsets });
      await killed.disconnect();

      const dry = await redrive(letters, { survey: true });
      expect(dry.error).toBeUndefined();
      expect(dry.letters).toHaveLength(1);
      expect(tally((await redrive(letters)).outcomes)).toEqual({ redriven: 1 });
      expect((await dead.records(source)).map(({ value }) => value)).toEqual(['one']);
    });

    test('of two redrives at once the later one goes on, and no record comes twice', async () => {
      const [source, letters] = await topics();
      const headers = connectHeaders(source);
      await dead.produce(
        letters,
        Array.from({ length: 30 }, (_, i) => ({ value: `record ${i}`, headers })),
      );
      const first = redrive(letters, { rate: 15 });
      await new Promise((resolve) => setTimeout(resolve, 700));
      const second = await redrive(letters, { rate: 100 });
      expect(second.error).toBeUndefined();
      // It may have come to its end before.
      const { error } = await first;
      if (error) expect(error.message).toMatch(/another redrive of topic .* has started/);
      const values = (await dead.records(source)).map(({ value }) => value);
      expect([values.length, new Set(values).size]).toEqual([30, 30]);
    });
  });
}

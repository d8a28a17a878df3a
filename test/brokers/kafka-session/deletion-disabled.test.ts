import { afterEach, describe, expect, inject, test, vi } from 'vitest';
import { type LocalKafka, startKafka } from '../../../local/kafka.ts';
import type { Call } from '../../../src/model/index.ts';
import { create, fresh, open, readOne, remove, send, topic } from './support.ts';

const shared = inject('kafka');

// A config that brokers only take when they start.
describe.each(['old', 'current'] as const)('a %s Kafka whose topics cannot be deleted', (line) => {
  let cluster: LocalKafka | undefined;

  afterEach(async () => {
    await cluster?.stop();
    vi.unstubAllEnvs();
  });

  test('says so when the deletion is planned', async (context) => {
    context.skip(!shared[line], shared.skipped[line]);
    vi.stubEnv('BROKERFORM_TEST_KAFKA_PRINTED', '');
    vi.stubEnv(`BROKERFORM_TEST_KAFKA_${line.toUpperCase()}_BOOTSTRAP`, '');
    cluster = await startKafka(line, { brokers: 1, properties: ['delete.topic.enable=false'] });
    const { session } = await open({ settings: { bootstrap: [...cluster.bootstrap] } });
    const [kept, made] = [fresh('kept'), fresh('made')];
    await send(session, [[create(kept)]]);
    const units = [[create(made)], [remove(kept)]];
    const objections = await session.preview?.(units as readonly (readonly Call[])[]);
    expect(objections).toMatchObject([{ unit: 1, failure: { status: 'TOPIC_DELETION_DISABLED' } }]);
    expect(objections?.[0]?.failure.message).toContain('delete.topic.enable=false');
    // So it is: nothing was said that the brokers do not do.
    expect((await send(session, [[remove(kept)]]))[0]).toMatchObject({
      status: 'failed',
      failure: { status: 'TOPIC_DELETION_DISABLED' },
    });
    expect(await readOne(session, topic(kept))).toBeDefined();
  });
});

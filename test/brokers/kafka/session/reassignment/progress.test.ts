import { describe, expect, test } from 'vitest';
import { progressText } from '../../../../../src/brokers/kafka/kinds/topic/metrics.ts';
import {
  type ClusterView,
  progressOf,
} from '../../../../../src/brokers/kafka/session/reassignment/progress.ts';

const cluster = { brokers: [1, 2].map((id) => ({ id, rack: null, host: 'h', port: id })) };

/** Each partition is whole on broker 1, with a thousand bytes. */
function view(seen: { copied: Record<string, number>; running?: string[]; ahead?: string[] }): ClusterView {
  const places = Object.keys(seen.copied);
  const partition = (place: string) => ({
    ...{ error: 0, index: Number(place.split('/')[1]), leader: 1 },
    ...{ replicas: [1, 2, 3], inSync: [1], offline: [] },
  });
  return {
    topics: [{ error: 0, name: 't', internal: false, partitions: places.map(partition) }],
    sizes: new Map([
      [1, new Map(places.map((place) => [place, 1024]))],
      [2, new Map(Object.entries(seen.copied))],
      [3, undefined],
    ]),
    running: new Set(seen.running),
    ...(seen.ahead && { ahead: new Set(seen.ahead) }),
  };
}

const copies = [0, 1, 2].map((partition) => ({ topic: 't', partition, brokers: [2] }));

describe('how far copies are', () => {
  test('what has arrived counts as whole, what is on its way by its bytes, what is ahead not at all', () => {
    const seen = view({ copied: { 't/0': 900, 't/1': 256, 't/2': 0 }, running: ['t/1'], ahead: ['t/2'] });
    const far = progressOf(cluster, copies, seen);
    expect(far).toEqual({
      ...{ partitions: 3, moved: 1, bytes: 3072, copied: 1280, waitingFor: [2], down: [] },
    });
    expect(progressText(far)).toBe(
      '1 of 3 partitions moved, 1.3 KiB of 3.0 KiB copied, waiting for broker 2',
    );
  });

  test('a broker that is down is named as such', () => {
    const seen = view({ copied: { 't/0': 0 }, running: ['t/0'] });
    const far = progressOf(cluster, [{ topic: 't', partition: 0, brokers: [2, 3] }], seen);
    expect(progressText(far)).toBe(
      '0 of 1 partition moved, 0 B of 2.0 KiB copied, waiting for brokers 2, 3, broker 3 is down',
    );
  });

  test('without the right to see sizes, partitions are counted all the same', () => {
    const seen = { ...view({ copied: { 't/0': 0 }, running: ['t/0'] }), sizes: undefined };
    expect(progressText(progressOf(cluster, copies.slice(0, 2), seen))).toBe(
      '1 of 2 partitions moved, waiting for broker 2',
    );
  });
});

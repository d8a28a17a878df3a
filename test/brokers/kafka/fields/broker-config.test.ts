import { describe, expect, it } from 'vitest';
import {
  BROKER_CONFIGS,
  topicConfigOf,
  whyNotForAll,
} from '../../../../src/brokers/kafka/fields/broker-config.ts';
import { fieldOf } from '../../../../src/brokers/kafka/fields/field.ts';
import { TOPIC_CONFIGS } from '../../../../src/brokers/kafka/fields/topic-configs.ts';

describe('broker configs', () => {
  it('of the table can be set for all brokers', () => {
    expect(Object.keys(BROKER_CONFIGS).filter((name) => whyNotForAll(name) !== undefined)).toEqual([]);
  });

  it('that are a default of topics have the type of the topic config', () => {
    const found = Object.entries(BROKER_CONFIGS).flatMap(([name, field]) => {
      const topic = fieldOf(TOPIC_CONFIGS, topicConfigOf(name) ?? '');
      return topic ? [[name, field.type === topic.type && field.default === topic.default] as const] : [];
    });
    expect(found.length).toBeGreaterThan(20);
    expect(found.filter(([, same]) => !same)).toEqual([]);
  });

  it.each([
    'listeners',
    'listener.name.internal.ssl.keystore.password',
    'sasl.jaas.config',
    'leader.replication.throttled.rate',
    'node.id',
    'log.dirs',
    'auto.create.topics.enable',
    'offsets.retention.minutes',
    'log.retention.hours',
  ])('such as %s cannot', (name) => {
    expect(whyNotForAll(name)).toEqual(expect.any(String));
  });
});

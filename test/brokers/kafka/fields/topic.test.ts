import { describe, expect, it } from 'vitest';
import { TOPIC_CONFIGS } from '../../../../src/brokers/kafka/fields/topic-configs.ts';
import { kafka } from '../../../../src/brokers/kafka/index.ts';
import { isObject, type JsonObject } from '../../../../src/model/index.ts';
import { declareYaml } from '../topology.ts';

const DEFINITIONS = kafka.schema.$defs as Readonly<Record<string, JsonObject>>;

describe('the section schema', () => {
  it('holds the body of every kind, for overrides, and every config', () => {
    expect(Object.keys(DEFINITIONS)).toEqual(expect.arrayContaining(Object.keys(kafka.kinds)));
    expect(Object.keys(DEFINITIONS.configs?.properties as JsonObject)).toEqual(Object.keys(TOPIC_CONFIGS));
  });

  it('describes every key, as an editor shows it', () => {
    const missing: string[] = [];
    const visit = (schema: JsonObject, path: string) => {
      for (const [key, value] of Object.entries(isObject(schema.properties) ? schema.properties : {})) {
        if (!isObject(value)) continue;
        const target =
          typeof value.$ref === 'string' ? DEFINITIONS[value.$ref.replace('#/$defs/', '')] : value;
        if (typeof target?.description !== 'string') missing.push(`${path}.${key}`);
        visit(value, `${path}.${key}`);
      }
    };
    visit(kafka.schema, 'section');
    visit(kafka.connectionSchema, 'connection');
    for (const [name, definition] of Object.entries(DEFINITIONS)) visit(definition, name);
    expect(missing).toEqual([]);
  });

  it.each([
    'topics: { a: { partitons: 3 } }',
    'topics: { a: { replication-factor: 0 } }',
    'topics: { a: { configs: { compression.type: brotli } } }',
    'topics: { a: { configs: { preallocate: maybe } } }',
    'topics: { a: { configs: { x.y: { z: 1 } } } }',
    'topics: { a: { replicas: [[1, 1]] } }',
    'topics: { a: { configs-policy: all } }',
    'acls: { "User:a": { produces: orders } }',
    'acls: { "User:a": { allow: [{ topic: a }] } }',
    'acls: { "User:a": { allow: [{ topic: a, operations: [reed] }] } }',
    'quotas: [{ user: a, producer_byte_rate: 0 }]',
    'quotas: [{ user: a, producer_byte_rate: 1.5 }]',
    'quotas: [{ user: a, consumer_byte_rate: 1.5 }]',
    'quotas: [{ ip: 1.1.1.1, connection_creation_rate: 1.5 }]',
    'quotas: [{ user: a, producer-byte-rate: 1 }]',
    'users: { a: { scram-sha-512: { password: "${P}", iterations: 100 } } }',
    'users: { a: {} }',
  ])('refuses %s', (yaml) => {
    const { diagnostics } = declareYaml(`kafka: { ${yaml} }`);
    expect(diagnostics.map(({ code }) => code.split('/')[0])).toEqual(['load']);
  });
});

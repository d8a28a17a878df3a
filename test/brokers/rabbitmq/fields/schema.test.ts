import { describe, expect, it } from 'vitest';
import { QUEUE_ARGUMENTS } from '../../../../src/brokers/rabbitmq/fields/queue.ts';
import { rabbitmq } from '../../../../src/brokers/rabbitmq/index.ts';
import { isObject, type JsonObject } from '../../../../src/model/index.ts';
import { declareYaml } from '../topology.ts';

const DEFINITIONS = rabbitmq.schema.$defs as Readonly<Record<string, JsonObject>>;

describe('the section schema', () => {
  it('holds the body of every kind, for overrides', () => {
    expect(Object.keys(DEFINITIONS)).toEqual(expect.arrayContaining(Object.keys(rabbitmq.kinds)));
  });

  it('knows every friendly argument of queues', () => {
    const { properties } = DEFINITIONS.queue ?? {};
    const friendly = [...QUEUE_ARGUMENTS].flatMap(([name, { raw, deadLetter }]) =>
      raw || deadLetter !== undefined ? [] : [name],
    );
    expect(Object.keys(properties as JsonObject)).toEqual(expect.arrayContaining(friendly));
  });

  it('describes every key, as an editor shows it', () => {
    const missing: string[] = [];
    const visit = (schema: JsonObject, path: string) => {
      for (const [key, value] of Object.entries(isObject(schema.properties) ? schema.properties : {})) {
        if (!isObject(value) || Object.keys(value).length === 0) continue;
        const target =
          typeof value.$ref === 'string' ? DEFINITIONS[value.$ref.replace('#/$defs/', '')] : value;
        if (typeof target?.description !== 'string') missing.push(`${path}.${key}`);
        visit(value, `${path}.${key}`);
      }
    };
    visit(rabbitmq.schema, 'section');
    for (const [name, definition] of Object.entries(DEFINITIONS)) visit(definition, name);
    expect(missing).toEqual([]);
  });

  it('takes what the broker takes in a policy, which has no place for raw values', () => {
    const definition = '{ delivery-limit: -7, delayed-retry-type: other, delayed-retry-min: 0 }';
    for (const list of ['policies', 'operator-policies']) {
      const { diagnostics } = declareYaml(
        `rabbitmq: { ${list}: { a: { pattern: x, apply-to: queues, definition: ${definition} } } }`,
      );
      expect(diagnostics).toEqual([]);
    }
  });

  it.each([
    ['queues: { a: { mesage-ttl: 1s } }', 'load/unknown-key'],
    ['exchanges: { a: {} }', 'load/'],
    ['queues: { a: { max-length: -1 } }', 'load/'],
    ['queues: { a: { stream-filter-size-bytes: 5 } }', 'load/'],
    ['policies: { a: { pattern: x, apply-to: queue, definition: { max-length: 1 } } }', 'load/'],
    ['queues: { a: { bindings: [{ key: x }] } }', 'load/'],
  ])('refuses %s', (yaml, code) => {
    const { diagnostics } = declareYaml(`rabbitmq: { ${yaml} }`);
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]?.code).toContain(code);
  });
});

import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { publishedSchemas } from '../../scripts/published-schemas.ts';
import { configSchema, topologySchema } from '../../src/load/index.ts';
import { boxes, crates } from './folder.ts';

const providers = [boxes, crates];

test('the topology schema takes what the loader takes', () => {
  const validate = new Ajv().compile(topologySchema(providers));
  expect(validate({ boxes: { broker: 'x', boxes: { a: { size: 1 } }, lids: [] }, retired: ['a/b/c'] })).toBe(
    true,
  );
  expect(validate({ boxes: { boxes: { a: { sise: 1 } } } })).toBe(false);
  expect(validate({ nonsense: {} })).toBe(false);
});

test('the configuration schema knows the connections of each type, and parts of them in environments', () => {
  const validate = new Ajv({ strict: false }).compile(configSchema(providers));
  const ok = (value: unknown) => validate(value);
  expect(ok({ brokers: { a: { type: 'boxes', url: 'box://h', 'target-version': '4.3' } } })).toBe(true);
  expect(ok({ brokers: { a: { type: 'boxes' } } })).toBe(false);
  expect(ok({ brokers: { a: { type: 'crates', url: 'box://h' } } })).toBe(false);
  expect(ok({ brokers: { a: { type: 'sacks' } } })).toBe(false);
  expect(ok({ environments: { e: { brokers: { a: { port: 1 } } } } })).toBe(true);
  expect(ok({ environments: { e: { brokers: { a: { prt: 1 } } } } })).toBe(false);
});

test.each(Object.keys(publishedSchemas()))('schema/%s is current: npm run schema writes it', (name) => {
  const text = readFileSync(new URL(`../../schema/${name}`, import.meta.url), 'utf8');
  expect(JSON.parse(text)).toEqual(JSON.parse(publishedSchemas()[name] ?? ''));
  expect(JSON.parse(text)).toMatchObject({ $schema: 'http://json-schema.org/draft-07/schema#' });
  const ajv = new Ajv({ strict: false });
  expect([ajv.validateSchema(JSON.parse(text)), ajv.errors ?? []]).toEqual([true, []]);
});

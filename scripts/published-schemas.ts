import { readFileSync } from 'node:fs';
import { providers } from '../src/brokers/index.ts';
import { configSchema, topologySchema } from '../src/load/index.ts';

/** Every file under `schema/`, by name, as it should be. A further schema is a further line. */
export function publishedSchemas(): Record<string, string> {
  return {
    'topology.schema.json': text(topologySchema(providers)),
    'config.schema.json': text(configSchema(providers)),
    'plan.schema.json': text(read('../src/report/plan.schema.json')),
  };
}

function read(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
}

function text(schema: unknown): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}

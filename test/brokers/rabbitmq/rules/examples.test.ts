import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { declareFiles } from '../topology.ts';

const FOLDER = new URL('../../../../topologies/rabbitmq/', import.meta.url);

const CONFIG = 'topologies: ["*.yaml"]\nbrokers: { main: { type: rabbitmq, url: "amqp://localhost" } }\n';

describe('the example topologies', () => {
  it.each(readdirSync(FOLDER))('%s declares without a finding', (name) => {
    const text = readFileSync(new URL(name, FOLDER), 'utf8');
    const { findings, resources } = declareFiles({ 'brokerform.yaml': CONFIG, [name]: text });
    expect(findings).toEqual([]);
    expect(resources.length).toBeGreaterThan(1);
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { declareYaml } from '../topology.ts';

const FOLDER = new URL('../../../../topologies/rabbitmq/', import.meta.url);

describe('the example topologies', () => {
  it.each(readdirSync(FOLDER))('%s declares without a finding', (name) => {
    const { findings, resources } = declareYaml(readFileSync(new URL(name, FOLDER), 'utf8'));
    expect(findings).toEqual([]);
    expect(resources.length).toBeGreaterThan(1);
  });
});

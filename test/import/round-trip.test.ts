import { describe, expect, test } from 'vitest';
import { providers } from '../../src/brokers/index.ts';
import { completeSides } from '../../src/diff/index.ts';
import { brokerOf, type JsonObject, kindOf, type Resource } from '../../src/model/index.ts';
import { declaredIn, readFiles } from './read.ts';
import { SAMPLES, sampleOf } from './samples.ts';

/** Specs by address, completed as a plan completes them. */
function specsOf(resources: readonly Resource[]): Map<string, JsonObject> {
  const specs = new Map<string, JsonObject>();
  for (const provider of providers) {
    const own = resources.filter(({ address }) => brokerOf(address) === provider.name);
    const broker = provider.assume(provider.name);
    for (const [address, { spec }] of completeSides({ broker }, own, [], provider.kinds).desired) {
      specs.set(address, spec);
    }
  }
  return specs;
}

describe.each(Object.keys(SAMPLES))('%s', (format) => {
  test('what is written validates, and declares what was read', async () => {
    const { yaml, errors, resources } = await readFiles(sampleOf(format));
    expect(errors).toEqual([]);
    expect(resources.length).toBeGreaterThan(1);
    const written = declaredIn(yaml);
    expect(written.errors).toEqual([]);
    const meant = specsOf(resources);
    const declared = specsOf(written.resources);
    for (const [address, spec] of meant) expect([address, declared.get(address)]).toEqual([address, spec]);
    // A section that names its vhost declares it.
    const more = [...declared.keys()].filter((address) => !meant.has(address) && kindOf(address) !== 'vhost');
    expect(more).toEqual([]);
  });

  test('no secret is copied', async () => {
    const { yaml, leftovers } = await readFiles(sampleOf(format));
    expect([yaml, ...leftovers].join('\n')).not.toContain('hunter2');
  });
});

import { expect, it } from 'vitest';
import { upgrades } from '../../../../src/brokers/kafka/upgrades/index.ts';
import { lintTopology } from '../../../../src/lint/index.ts';
import { broker, liveTopic, one } from '../topology.ts';

/** Code and topic of what the rules of upgrades find. */
function findings(configs: Readonly<Record<string, Readonly<Record<string, string>>>>): string[] {
  const resources = Object.entries(configs).map(([name, own]) => liveTopic(name, one, own));
  return lintTopology({
    brokers: [{ broker: broker(), versionKnown: true, resources, rules: upgrades }],
    environment: undefined,
    config: { rules: {} },
    suppressions: [],
  }).diagnostics.map(({ code, address }) => `${code} ${address}`);
}

it('a topic without a limit of its own gets one of an hour', () => {
  const set = { 'message.timestamp.after.max.ms': '1' };
  const append = { 'message.timestamp.type': 'LogAppendTime' };
  expect(findings({ a: {}, b: set, c: append, d: { 'message.timestamp.type': 'CreateTime' } })).toEqual([
    'kafka/upgrade-timestamp-limit kafka/topic/a',
    'kafka/upgrade-timestamp-limit kafka/topic/d',
  ]);
});

it('every rule of an upgrade has a case', () => {
  expect(upgrades.map(({ code }) => code)).toEqual(['kafka/upgrade-timestamp-limit']);
});

import { expect, it } from 'vitest';
import { upgrades } from '../../../../src/brokers/nats/upgrades/index.ts';
import { lintTopology } from '../../../../src/lint/index.ts';
import { checkSection, server } from '../project.ts';

/** Code and column of what the rules of upgrades find. */
function findings(section: string): string[] {
  const { resources } = checkSection(section, '2.15.1');
  return lintTopology({
    brokers: [{ broker: server('2.15.1'), versionKnown: true, resources, rules: upgrades }],
    environment: undefined,
    config: { rules: {} },
    suppressions: [],
  }).diagnostics.map(({ code, at }) => `${code} ${at?.line}:${at?.col}`);
}

it('several sources of one stream are all used from 2.10 on', () => {
  const sourcing = (...filters: string[]) =>
    `streams:\n  A:\n    sources: [${filters.join(', ')}]\n  O: { subjects: [o.>] }\n`;
  const [a, b] = ['{ name: O, filter_subject: o.a }', '{ name: O, filter_subject: o.b }'];
  expect(findings(sourcing(a, b))).toEqual(['nats/upgrade-repeated-source 4:7']);
  expect(findings(sourcing(a))).toEqual([]);
  expect(findings(sourcing(a, '{ name: O, external: { api: $JS.hub.API } }'))).toEqual([]);
});

it('every rule of an upgrade has a case', () => {
  expect(upgrades.map(({ code }) => code)).toEqual(['nats/upgrade-repeated-source']);
});

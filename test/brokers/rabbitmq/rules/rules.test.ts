import { describe, expect, it } from 'vitest';
import { rules } from '../../../../src/brokers/rabbitmq/rules/index.ts';
import { findings } from '../sketch.ts';
import { bindings } from './bindings-cases.ts';
import { deadLetters } from './dead-letters-cases.ts';
import { policies } from './policies-cases.ts';
import { queues } from './queues-cases.ts';
import { reachability } from './reachability-cases.ts';
import { versions } from './versions-cases.ts';

const CASES = { ...deadLetters, ...bindings, ...reachability, ...queues, ...policies, ...versions };

describe.each(Object.entries(CASES))('rabbitmq/%s', (code, cases) => {
  it.each(cases.map((one, index) => [index + 1, one] as const))(
    'case %i',
    (_, { bad, at, good, options }) => {
      expect(findings(code, bad, options)).toEqual(at);
      expect(findings(code, good, options)).toEqual([]);
    },
  );
});

it('every rule has a case', () => {
  expect(
    Object.keys(CASES)
      .map((name) => `rabbitmq/${name}`)
      .sort(),
  ).toEqual(rules.map((rule) => rule.code).sort());
});

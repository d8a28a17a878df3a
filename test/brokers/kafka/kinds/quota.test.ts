import { describe, expect, it } from 'vitest';
import { bodiesOf, linesOf, planYaml, risksOf, stepOf } from '../topology.ts';

describe('quotas', () => {
  const live = {
    address: 'kafka/quota/user/app',
    spec: { entity: { user: 'app' }, producer_byte_rate: 2_000_000, consumer_byte_rate: 5 },
    dependsOn: [],
  };

  it('change one by one, and null removes', () => {
    const yaml =
      'kafka: { quotas: [{ user: app, producer_byte_rate: 1MB, consumer_byte_rate: null, request_percentage: 50 }] }';
    const step = stepOf(planYaml(yaml, [live]));
    expect(linesOf(step)).toEqual([
      'consumer_byte_rate: 5/s → undefined',
      'producer_byte_rate: 2MB/s → 1MB/s',
      'request_percentage: undefined → 50',
    ]);
    expect(bodiesOf(step)).toEqual([
      [
        'quota.alter',
        {
          entity: { user: 'app' },
          set: { producer_byte_rate: 1_000_000, request_percentage: 50 },
          unset: ['consumer_byte_rate'],
        },
      ],
    ]);
    expect(risksOf(step)).toEqual(['disruptive quota-lowered']);
  });

  it('leave undeclared limits alone, and keep defaults apart from names', () => {
    expect(planYaml('kafka: { quotas: [{ user: app, producer_byte_rate: 2MB }] }', [live]).changes).toEqual(
      [],
    );
    const { steps } = planYaml(
      'kafka: { quotas: [{ user: null, producer_byte_rate: 2MB }, { user: "null", producer_byte_rate: 2MB }] }',
      [],
    );
    expect(steps.map(({ address }) => address)).toEqual([
      'kafka/quota/default-user',
      'kafka/quota/user/null',
    ]);
  });
});

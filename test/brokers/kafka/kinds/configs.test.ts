import { describe, expect, it } from 'vitest';
import { bodiesOf, linesOf, planYaml, risksOf, stepOf } from '../topology.ts';

const group = (spec: object) => ({ address: 'kafka/group/orders', spec: { ...spec }, dependsOn: [] });

describe('group configs', () => {
  const live = group({
    'configs.consumer.session.timeout.ms': '45000',
    'configs.share.isolation.level': 'read_committed',
    sources: {
      'consumer.session.timeout.ms': { origin: 'default' },
      'share.isolation.level': {
        origin: 'group',
        inherited: { value: 'read_uncommitted', origin: 'default' },
      },
    },
  });

  it('that are equal to the inherited value are no difference', () => {
    const yaml = 'kafka: { groups: { orders: { consumer.session.timeout.ms: 45s } } }';
    expect(planYaml(yaml, [live]).changes).toEqual([]);
  });

  it('reset what is set, and nothing that is inherited', () => {
    const yaml =
      'kafka: { groups: { orders: { consumer.session.timeout.ms: null, share.isolation.level: null } } }';
    const step = stepOf(planYaml(yaml, [live]));
    expect(linesOf(step)).toEqual(['share.isolation.level: read_committed → read_uncommitted (default)']);
    expect(bodiesOf(step)).toEqual([
      ['group.configs', { name: 'orders', set: {}, unset: ['share.isolation.level'] }],
    ]);
    expect(risksOf(step)).toEqual(['disruptive isolation']);
  });
});

describe('broker configs', () => {
  const live = (config: string, origin: string, value: string) => ({
    address: 'kafka/broker-configs/cluster',
    spec: {
      ...(origin === 'dynamic-default-broker' && { [`configs.${config}`]: value }),
      sources: { [config]: { origin, inherited: { value, origin: 'static-broker' } } },
    },
    dependsOn: [],
  });

  it('are written even if a broker has the value in its server.properties, as others may not', () => {
    const step = stepOf(
      planYaml('kafka: { broker-configs: { num.io.threads: 16 } }', [
        live('num.io.threads', 'static-broker', '16'),
      ]),
    );
    expect(linesOf(step)).toEqual(['num.io.threads: 16 (from server.properties) → 16']);
    expect(risksOf(step)).toEqual([]);
  });

  it.each([
    ['1d', 'static-broker', '172800000', ['destructive retention-lowered']],
    ['3d', 'static-broker', '172800000', []],
    ['-1', 'dynamic-default-broker', '172800000', []],
    ['1d', 'dynamic-default-broker', '-1', ['destructive retention-lowered']],
  ])('log.retention.ms %s over %s %s', (after, origin, before, risks) => {
    const yaml = `kafka: { broker-configs: { log.retention.ms: ${after} } }`;
    expect(risksOf(stepOf(planYaml(yaml, [live('log.retention.ms', origin, before)])))).toEqual(risks);
  });
});

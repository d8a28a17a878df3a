import { describe, expect, it } from 'vitest';
import { bodiesOf, linesOf, planYaml, stepOf } from '../topology.ts';

describe('users', () => {
  const password = { $secret: '${APP}' };

  it('are sent a credential for each mechanism that changes', () => {
    const yaml = 'kafka: { users: { app: { scram-sha-256: null, scram-sha-512: { password: "${APP}" } } } }';
    const live = {
      address: 'kafka/user/app',
      spec: {
        'scram-sha-256': { iterations: 4096, password },
        'scram-sha-512': { iterations: 8192, password },
      },
      dependsOn: [],
    };
    const step = stepOf(planYaml(yaml, [live]));
    expect(bodiesOf(step)).toEqual([['user.remove', { name: 'app', mechanism: 'scram-sha-256' }]]);
    expect(bodiesOf(stepOf(planYaml(yaml, [])))).toEqual([
      ['user.upsert', { name: 'app', mechanism: 'scram-sha-512', iterations: 4096, password }],
    ]);
    const { spec } = { spec: { 'scram-sha-512': { iterations: 8192, password: { $secret: '(hidden)' } } } };
    const changed = stepOf(planYaml(yaml, [{ ...live, spec }]));
    expect(linesOf(changed)).toEqual(['scram-sha-512 password: (secret) → (secret)']);
    expect(changed.calls).toMatchObject([{ op: 'user.upsert', body: { iterations: 8192 } }]);
  });
});

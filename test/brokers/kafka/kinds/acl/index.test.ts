import { describe, expect, it } from 'vitest';
import { kafka } from '../../../../../src/brokers/kafka/index.ts';
import { aclResource } from '../../../../../src/brokers/kafka/kinds/acl/spec.ts';
import { completeSides } from '../../../../../src/diff/index.ts';
import { broker, planYaml } from '../../topology.ts';

describe('ACLs', () => {
  const acl = {
    'resource-type': 'topic',
    name: 'orders',
    pattern: 'prefixed',
    principal: 'User:app',
    host: '10.0.0.1',
    operation: 'write',
    permission: 'allow',
  } as const;

  it('say in words what they allow, and are created and deleted', () => {
    const resource = aclResource('kafka', acl);
    expect(kafka.kinds.acl?.title(resource)).toEqual({
      title: 'acl User:app',
      detail: 'allow write on topics that start with orders from 10.0.0.1',
    });
    const context = completeSides({ broker: broker() }, [resource], [], kafka.kinds);
    const calls = (action: 'create' | 'delete') =>
      kafka.kinds.acl?.calls(
        action === 'create' ? { action, after: resource } : { action, before: resource },
        context,
        { destructive: false },
      );
    expect(calls('create')).toEqual([{ op: 'acl.create', target: resource.address, body: acl }]);
    expect(calls('delete')).toEqual([{ op: 'acl.delete', target: resource.address, body: acl }]);
  });

  it('are one resource for each shorthand’s operation', () => {
    const { steps, inSync } = planYaml(
      'kafka: { acls: { User:app: { produces: [orders], consumes: [orders] } } }',
      [aclResource('kafka', { ...acl, pattern: 'literal', host: '*', operation: 'read' })],
    );
    expect(steps.map(({ detail }) => detail)).toEqual([
      'allow describe on topic orders',
      'allow write on topic orders',
    ]);
    expect(inSync).toBe(1);
  });
});

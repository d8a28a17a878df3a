import { expect } from 'vitest';
import { rabbitmq } from '../../../../src/brokers/rabbitmq/index.ts';
import { bindingResource } from '../../../../src/brokers/rabbitmq/kinds/binding/identity.ts';
import { policyResource } from '../../../../src/brokers/rabbitmq/kinds/policy/index.ts';
import { queueResource } from '../../../../src/brokers/rabbitmq/kinds/queue/yaml.ts';
import { diffResources } from '../../../../src/diff/index.ts';
import {
  type Change,
  type JsonObject,
  type Resource,
  type Risk,
  subject,
} from '../../../../src/model/index.ts';
import { broker, callsOf, contextOf, declareYaml, kindFor } from '../topology.ts';

export const B = 'rabbitmq';

export const live = {
  queue: (name: string, spec: JsonObject): Resource =>
    queueResource(B, '/', name, {
      type: 'classic',
      durable: true,
      'auto-delete': false,
      exclusive: false,
      arguments: {},
      ...spec,
    }),
};

export const binding = (source: string, destination: string, args = {}) =>
  bindingResource(B, {
    vhost: '/',
    source,
    destinationType: 'queue',
    destination,
    routingKey: '',
    arguments: args,
  });

export function changesOf(yaml: string, live: readonly Resource[], identity = broker()) {
  const { resources, findings } = declareYaml(yaml);
  expect(findings).toEqual([]);
  const context = contextOf(resources, live, identity);
  const { changes } = diffResources({ context, kinds: rabbitmq.kinds, retired: [], owns: [], prune: false });
  return { changes, context, calls: changes.flatMap((change) => callsOf(change, context)) };
}

export function only(changes: readonly Change[]): Change {
  const [change, ...more] = changes;
  if (!change || more.length > 0) throw new Error(`${changes.length} changes, not one`);
  return change;
}

export function risksOf(change: Change): Risk[] {
  return kindFor(subject(change).address).risks(change, contextOf([]));
}

export function empty(resource: Resource): Resource {
  return { ...resource, metrics: { ready: 0, unacknowledged: 0, consumers: 0 } };
}

export function policy(name: string, spec: JsonObject): Resource {
  return policyResource(B, 'policy', '/', name, { pattern: '^a', 'apply-to': 'all', priority: 0, ...spec });
}

import {
  type Change,
  type Declared,
  type Diagnostic,
  type JsonObject,
  makeAddress,
  type Order,
  type Provider,
  type Resource,
  type Section,
} from '../../src/model/index.ts';
import { MemoryBroker } from './broker.ts';
import { kinds, target } from './kinds.ts';
import { routing } from './routing.ts';

export function boxOf(name: string, spec: JsonObject = {}, broker = 'store'): Resource {
  return { address: makeAddress(broker, 'box', name), spec, dependsOn: [] };
}

export function linkOf(from: string, to: string, broker = 'store'): Resource {
  return {
    address: makeAddress(broker, 'link', from, to),
    spec: {},
    dependsOn: [makeAddress(broker, 'box', from), makeAddress(broker, 'box', to)],
  };
}

/** A shelf holds one box: the box on it makes room before the next is put there. */
function orderShelves(changes: readonly Change[]): Order[] {
  const leaving = changes.flatMap((change) => {
    const shelf = 'before' in change ? change.before.spec.shelf : undefined;
    return shelf === undefined || ('after' in change && change.after.spec.shelf === shelf)
      ? []
      : [{ shelf, first: target(change) }];
  });
  return changes.flatMap((change) =>
    'after' in change
      ? leaving
          .filter(({ shelf, first }) => shelf === change.after.spec.shelf && first !== target(change))
          .map(({ first }) => ({ first, next: target(change) }))
      : [],
  );
}

function declare(sections: readonly Section[]): Declared {
  const resources: Resource[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const section of sections) {
    const { boxes = {}, links = [] } = section.value as { boxes?: JsonObject; links?: JsonObject[] };
    for (const [name, body] of Object.entries(boxes)) {
      const resource = boxOf(name, {}, section.broker);
      const spec = section.overridden(resource.address, 'box', (body ?? {}) as JsonObject);
      resources.push({ ...resource, spec, at: section.at(boxes, name) });
    }
    for (const item of links) {
      const resource = linkOf(String(item.from), String(item.to), section.broker);
      resources.push({ ...resource, at: section.at(item) });
    }
  }
  return { resources, diagnostics };
}

const boxBody = {
  type: 'object',
  additionalProperties: false,
  properties: {
    shape: { type: 'string' },
    capacity: { type: 'integer' },
    label: { type: 'string' },
    shelf: { type: 'string' },
  },
} as const;

/** The provider of the {@link MemoryBroker}s given, by the `id` of their connection settings. */
export function memoryProvider(brokers: readonly MemoryBroker[] = [new MemoryBroker()]): Provider {
  return {
    name: 'memory',
    schema: {
      type: 'object',
      additionalProperties: false,
      properties: {
        broker: { type: 'string' },
        boxes: { type: 'object', additionalProperties: { $ref: '#/$defs/box' } },
        links: { type: 'array', items: { $ref: '#/$defs/link' } },
      },
      $defs: {
        box: boxBody,
        link: {
          type: 'object',
          additionalProperties: false,
          required: ['from', 'to'],
          properties: { from: { type: 'string' }, to: { type: 'string' } },
        },
      },
    },
    connectionSchema: {
      type: 'object',
      properties: { type: { const: 'memory' } },
      additionalProperties: false,
    },
    kinds,
    upgrades: [],
    rules: [],
    declare,
    order: orderShelves,
    assume: (name) => ({ name, type: 'memory', id: '(none)', version: '1.0.0', facts: {} }),
    connect: async ({ name }) => {
      const broker = brokers.find(({ identity }) => identity.name === name);
      if (!broker) throw new Error(`no memory broker ${name}`);
      return broker.session();
    },
    toSections: (resources) => [
      {
        name: 'memory',
        section: { boxes: Object.fromEntries(resources.map((r) => [r.address, r.spec])) },
        notes: [],
      },
    ],
    routing,
  };
}

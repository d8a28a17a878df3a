import { bindingAddress } from '../../../src/brokers/rabbitmq/kinds/binding/identity.ts';
import { rules } from '../../../src/brokers/rabbitmq/rules/index.ts';
import { lintTopology } from '../../../src/lint/index.ts';
import type {
  BrokerIdentity,
  Diagnostic,
  Json,
  JsonObject,
  Resource,
  Rule,
  Source,
} from '../../../src/model/index.ts';
import { makeAddress } from '../../../src/model/index.ts';

/** A topology in short: queues and exchanges by name, bindings as `[source, destination, key, arguments]`. */
export interface Sketch {
  /** The vhost itself. */
  vhost?: JsonObject;
  exchanges?: Readonly<Record<string, Partial<{ type: string } & JsonObject>>>;
  queues?: Readonly<Record<string, JsonObject>>;
  bindings?: readonly (readonly [source: string, destination: string, key?: string, args?: JsonObject])[];
  policies?: Readonly<Record<string, JsonObject>>;
  permissions?: Readonly<Record<string, JsonObject>>;
  /** By exchange, all of one user. */
  topicPermissions?: Readonly<Record<string, JsonObject>>;
  /** By component; each is called p. */
  parameters?: Readonly<Record<string, Json>>;
  users?: Readonly<Record<string, JsonObject>>;
}

export const VHOST = '/';

/** The line of the nth resource of a sketch is n; the field at path p is in column 100 of that line. */
export function resourcesOf(sketch: Sketch): Resource[] {
  const resources: Resource[] = [];
  const add = (address: string, spec: JsonObject) => {
    const at: Source = { file: 'topology.yaml', line: resources.length + 1, col: 1 };
    resources.push({ address, spec, dependsOn: [], at, places: placesOf(spec, { ...at, col: 100 }) });
  };
  if (sketch.vhost) add(makeAddress('main', 'vhost', VHOST), sketch.vhost);
  for (const [name, { type = 'topic', arguments: args = {}, ...rest }] of Object.entries(
    sketch.exchanges ?? {},
  )) {
    const defaults = { type, durable: true, 'auto-delete': false, internal: false, arguments: args };
    add(makeAddress('main', 'exchange', VHOST, name), { ...defaults, ...rest } as JsonObject);
  }
  for (const [name, { type = 'classic', arguments: args = {}, ...rest }] of Object.entries(
    sketch.queues ?? {},
  )) {
    const defaults = { type, durable: true, 'auto-delete': false, arguments: args };
    add(makeAddress('main', 'queue', VHOST, name), { ...defaults, ...rest });
  }
  for (const [source, destination, key = '', args = {}] of sketch.bindings ?? []) {
    const toExchange = destination.startsWith('→');
    const identity = {
      vhost: VHOST,
      source,
      destinationType: toExchange ? ('exchange' as const) : ('queue' as const),
      destination: toExchange ? destination.slice(1) : destination,
      routingKey: key,
      arguments: args,
    };
    add(bindingAddress('main', identity), { arguments: args });
  }
  for (const [name, policy] of Object.entries(sketch.policies ?? {})) {
    const defaults = { pattern: '.*', 'apply-to': 'all', priority: 0, definition: {} };
    add(makeAddress('main', 'policy', VHOST, name), { ...defaults, ...policy });
  }
  for (const [user, permission] of Object.entries(sketch.permissions ?? {})) {
    add(makeAddress('main', 'permission', VHOST, user), permission);
  }
  for (const [exchange, permission] of Object.entries(sketch.topicPermissions ?? {})) {
    add(makeAddress('main', 'topic-permission', VHOST, 'app', exchange), permission);
  }
  for (const [component, value] of Object.entries(sketch.parameters ?? {})) {
    add(makeAddress('main', 'parameter', VHOST, component, 'p'), { value });
  }
  for (const [user, spec] of Object.entries(sketch.users ?? {})) add(makeAddress('main', 'user', user), spec);
  return resources;
}

function placesOf(spec: JsonObject, at: Source): Record<string, Source> {
  const places: Record<string, Source> = {};
  for (const [key, value] of Object.entries(spec)) {
    places[key] = at;
    if (key !== 'arguments' && key !== 'definition') continue;
    for (const inner of Object.keys(value as JsonObject)) places[`${key}.${inner}`] = at;
  }
  return places;
}

function identity(version = '4.3.6', facts: JsonObject = {}): BrokerIdentity {
  return { name: 'main', type: 'rabbitmq', id: 'test', version, facts };
}

export interface LintOptions {
  version?: string;
  versionKnown?: boolean;
  facts?: JsonObject;
  /** All lint rules where absent. */
  rules?: readonly Rule[];
}

export function lint(sketch: Sketch, options: LintOptions = {}): Diagnostic[] {
  return lintTopology({
    brokers: [
      {
        broker: identity(options.version, options.facts),
        versionKnown: options.versionKnown ?? true,
        resources: resourcesOf(sketch),
        rules: options.rules ?? rules,
      },
    ],
    environment: undefined,
    config: { rules: {} },
    suppressions: [],
  }).diagnostics.slice();
}

/** `line` or `line:field` of each finding of one rule. */
export function findings(code: string, sketch: Sketch, options?: LintOptions): string[] {
  return lint(sketch, options)
    .filter((diagnostic) => diagnostic.code === `rabbitmq/${code}`)
    .map(({ at }) => (at?.col === 100 ? `${at.line}:field` : `${at?.line}`));
}

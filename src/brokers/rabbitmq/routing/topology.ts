import { type Json, type JsonObject, nearestWord, type Resource } from '../../../model/index.ts';
import { appliesTo, disablingKeys, isArgumentInForce, isOperatorInForce } from '../kinds/policy/in-force.ts';
import type { NamePattern, NamePatterns } from '../kinds/policy/pattern.ts';
import type { TopicTrie } from './matching.ts';

/** A declared topology as a graph: what names point to, by vhost. */
export interface Topology {
  readonly version: string;
  readonly vhosts: ReadonlyMap<string, Vhost>;
}

export interface Vhost {
  readonly name: string;
  readonly version: string;
  readonly exchanges: ReadonlyMap<string, Exchange>;
  readonly queues: ReadonlyMap<string, Queue>;
  readonly bindings: readonly Binding[];
  /** Highest priority first. */
  readonly policies: readonly Policy[];
  readonly operatorPolicies: readonly Policy[];
  /** Declared exchanges, and those that every vhost has; undefined for an undeclared one. */
  exchange(name: string): Exchange | undefined;
}

export interface Exchange {
  readonly name: string;
  /** The type that decides about routing: of a delayed exchange, the one it delays for. */
  readonly type: string;
  readonly internal: boolean;
  readonly durable: boolean;
  readonly arguments: JsonObject;
  /** Absent for those that every vhost has. */
  readonly resource?: Resource;
  readonly outgoing: readonly Binding[];
  readonly incoming: readonly Binding[];
  /** Matching policies, highest priority first. */
  readonly policies: readonly Policy[];
  readonly alternate?: Setting;
  /** All that set this, what is in force first. */
  settings(name: string): readonly Setting[];
  /** Bindings by routing key, made when first asked for. */
  readonly byKey: () => TopicTrie<Binding>;
}

export interface Queue {
  readonly name: string;
  readonly type: string;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly exclusive: boolean;
  readonly arguments: JsonObject;
  readonly resource: Resource;
  readonly incoming: readonly Binding[];
  /** Matching policies, highest priority first, also those that the queue's type makes void. */
  readonly policies: readonly Policy[];
  /** As {@link policies}, of the operator policies. */
  readonly operatorPolicies: readonly Policy[];
  /** What is in force: the argument `x-<name>`, or the key of the effective policy or operator policy. */
  setting(name: string): Setting | undefined;
  /** All that set this, what is in force first. */
  settings(name: string): readonly Setting[];
}

export interface Binding {
  readonly resource: Resource;
  readonly source: string;
  readonly destination: string;
  readonly toQueue: boolean;
  readonly key: string;
  readonly arguments: JsonObject;
}

export interface Policy {
  readonly resource: Resource;
  readonly name: string;
  readonly pattern: string;
  readonly applyTo: string;
  readonly priority: number;
  readonly definition: JsonObject;
  /** A name of which it is not known whether it matches is taken for one that does not. */
  readonly names: NamePattern;
}

/** A value, and where it was written. */
export interface Setting {
  readonly value: Json;
  readonly resource: Resource;
  readonly path: readonly string[];
}

/** Which policy holds for what. https://www.rabbitmq.com/docs/policies */

export function readPolicy(resource: Resource, name: string, patterns: NamePatterns): Policy {
  const { spec } = resource;
  const pattern = String(spec.pattern ?? '');
  return {
    resource,
    name,
    pattern,
    applyTo: String(spec['apply-to'] ?? 'all'),
    priority: typeof spec.priority === 'number' ? spec.priority : 0,
    definition: (spec.definition ?? {}) as JsonObject,
    names: patterns.compile(pattern),
  };
}

/** The policies whose pattern and `apply-to` cover a resource, in their order. */
export function matchingPolicies(
  policies: readonly Policy[],
  kind: 'queue' | 'exchange',
  type: string,
  name: string,
): readonly Policy[] {
  if (policies.length === 0) return policies;
  return policies.filter(
    (policy) => appliesTo(policy.applyTo, kind, type) && policy.names.matches(name) === true,
  );
}

/** The one policy that holds for a queue: among those that match and are not void, the first. */
export function effectivePolicy(
  matching: readonly Policy[],
  queueType: string,
  version: string,
): Policy | undefined {
  return matching.find((policy) => disablingKeys(policy.definition, queueType, version).length === 0);
}

/** A search for a similar name is linear in the number of names; later findings have no suggestion. */
const MOST_SEARCHES = 100;

/**
 * Returns the hint for an undeclared name: a similar name, or the suppression comment for another project's resource.
 * Create one per run of a rule: a thousand bindings to one undeclared name then cost one search.
 */
export function hintsFor(code: string): (name: string, candidates: Iterable<string>) => string {
  const found = new Map<string, string | undefined>();
  return (name, candidates) => {
    if (!found.has(name) && found.size < MOST_SEARCHES) found.set(name, nearestWord(name, candidates));
    const nearest = found.get(name);
    return nearest === undefined
      ? `declare it; if another project owns it, add # brokerform-ignore ${code}: owned by …`
      : `did you mean "${nearest}"?`;
  };
}

/** What sets a queue: of policies, the ones that apply. */
export interface Sources {
  readonly resource: Resource;
  readonly arguments: JsonObject;
  readonly type: string;
  readonly version: string;
  readonly policy: Policy | undefined;
  readonly operatorPolicy: Policy | undefined;
}

/** All that set a key, named without `x-`: what is in force comes first. */
export function settingsOf(queue: Sources, key: string): readonly Setting[] {
  const own = fromArgument(queue.resource, queue.arguments, argumentOf(key));
  // Most queues, which are asked for a dozen keys each.
  if (!queue.policy && !queue.operatorPolicy) return own ? [own] : NO_SETTINGS;
  const merged = byPolicies(queue, key);
  const [first] = merged;
  if (!own || !first) return own ? [own] : merged;
  return isArgumentInForce(key, queue, own.value, first.value) ? [own, ...merged] : [...merged, own];
}

const NO_SETTINGS: readonly Setting[] = [];

/** A name that is made anew is looked up anew, for each of 100,000 queues. */
function argumentOf(key: string): string {
  let name = ARGUMENTS.get(key);
  if (name === undefined) {
    name = `x-${key}`;
    ARGUMENTS.set(key, name);
  }
  return name;
}
const ARGUMENTS = new Map<string, string>();

function byPolicies(queue: Sources, key: string): Setting[] {
  const policy = fromPolicy(queue.policy, key);
  const operator = fromPolicy(queue.operatorPolicy, key);
  if (!policy || !operator) return [policy, operator].flatMap((one) => one ?? []);
  return isOperatorInForce(key, queue.version, policy.value, operator.value)
    ? [operator, policy]
    : [policy, operator];
}

export function fromArgument(
  resource: Resource | undefined,
  args: JsonObject,
  name: string,
): Setting | undefined {
  if (!resource) return undefined;
  // Few arguments, of which most are asked for in vain: V8 looks up a key that is not there ten times slower than it goes
  // through those that are.
  for (const given in args) {
    if (given === name) return settingAt(resource, args[given], ['arguments', name]);
  }
  return undefined;
}

export function fromPolicy(policy: Policy | undefined, key: string): Setting | undefined {
  return policy && settingAt(policy.resource, policy.definition[key], ['definition', key]);
}

function settingAt(
  resource: Resource,
  value: Json | undefined,
  path: readonly string[],
): Setting | undefined {
  return value === undefined || value === null ? undefined : { value, resource, path };
}

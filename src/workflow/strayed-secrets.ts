import {
  allSteps,
  brokerOf,
  isObject,
  isSecretRef,
  type Json,
  kindOf,
  type Plan,
  type Provider,
  type Resource,
  type StaleDifference,
} from '../model/index.ts';

/**
 * References to the environment where no resource of their kind has a secret. A reference is sent as the value of a
 * variable: in a description it would show that value to everyone who may read the broker.
 */
export function strayedSecrets(plan: Plan, providers: readonly Provider[]): StaleDifference[] {
  const types = new Map(plan.brokers.map(({ name, type }) => [name, type]));
  const resources = [
    ...allSteps(plan).flatMap(({ change }) => [
      ...('before' in change ? [change.before] : []),
      ...('after' in change ? [change.after] : []),
    ]),
    ...plan.surroundings.live,
    ...plan.surroundings.desired,
  ];
  return resources.flatMap((resource): StaleDifference[] => {
    const { address } = resource;
    const provider = providers.find(({ name }) => name === types.get(brokerOf(address)));
    const path = stray(resource, resource.spec, [], provider);
    if (path === undefined) return [];
    const message = `${path.join('.')}: a value from the environment cannot stand here`;
    return [{ subject: address, message }];
  });
}

function stray(
  resource: Resource,
  value: Json,
  path: readonly string[],
  provider: Provider | undefined,
): readonly string[] | undefined {
  if (isSecretRef(value)) {
    const mayHold = provider?.kinds[kindOf(resource.address)]?.mayHoldSecret;
    return mayHold?.(path) === true ? undefined : path;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const entries = isObject(value) ? Object.entries(value) : [...value.entries()];
  for (const [key, inner] of entries) {
    const found = stray(resource, inner as Json, [...path, String(key)], provider);
    if (found) return found;
  }
  return undefined;
}

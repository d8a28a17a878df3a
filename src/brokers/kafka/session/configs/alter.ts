import type { ConfigsAlter } from '../../kinds/configs/spec.ts';
import type { Cluster } from '../cluster.ts';
import { byName, type Verdict } from '../executor.ts';
import { DELETE, DescribeConfigs, IncrementalAlterConfigs, isOwnSource, SET } from '../protocol/configs.ts';

/** How many configs it changes. */
export function configCount({ set, unset }: ConfigsAlter): number {
  return Object.keys(set).length + unset.length;
}

/**
 * One request. @param type of the resources, as {@link DescribeConfigs} has it
 * @param how by default for good, by the controller, and never sent a second time
 */
export async function alterConfigs(
  cluster: Cluster,
  type: number,
  bodies: readonly ConfigsAlter[],
  { validateOnly = false, repeatable = validateOnly, to = 'controller' }: Alteration = {},
): Promise<Verdict[]> {
  const resources = bodies.map(({ name, set, unset }) => ({
    type,
    name,
    configs: [
      ...Object.entries(set).map(([key, value]) => ({ name: key, operation: SET, value })),
      ...unset.map((key) => ({ name: key, operation: DELETE, value: null })),
    ],
  }));
  const request = { resources, validateOnly };
  const response = await cluster.request(IncrementalAlterConfigs, request, to, repeatable);
  return byName(bodies, response.resources);
}

interface Alteration {
  readonly validateOnly?: boolean;
  readonly repeatable?: boolean;
  readonly to?: 'controller' | number;
}

/** The changes that the broker that reads go to does not know of. */
export async function hiddenConfigs(
  cluster: Cluster,
  type: number,
  bodies: readonly ConfigsAlter[],
): Promise<ConfigsAlter[]> {
  const resources = bodies.map(({ name, set, unset }) => ({
    type,
    name,
    keys: [...Object.keys(set), ...unset],
  }));
  const request = { resources, synonyms: false };
  const response = await cluster.read(DescribeConfigs, request);
  const shown = new Map(response.resources.map(({ name, configs }) => [name, configs]));
  return bodies.filter(({ name, set, unset }) => {
    const configs = new Map(shown.get(name)?.map((config) => [config.name, config]));
    return (
      Object.entries(set).some(([key, value]) => {
        const config = configs.get(key);
        return config?.sensitive !== true && !sameText(config?.value, value);
      }) || unset.some((key) => isOwnSource(type, configs.get(key)?.source))
    );
  });
}

/** A broker may show a value in another form than it was given: `7E3`, ` 7000`, `True`. */
function sameText(shown: string | null | undefined, sent: string): boolean {
  if (shown === sent || shown?.toLowerCase() === sent.trim().toLowerCase()) return true;
  return sent.trim() !== '' && Number(shown) === Number(sent);
}

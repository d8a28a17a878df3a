import { addressMatcher, type EffectiveSettings, RouteError } from '../model/index.ts';
import type { Checked, DeclaredBroker } from './check.ts';
import { declaredTopology, liveTopology } from './route.ts';
import type { OpenOptions } from './sessions.ts';

export interface PoliciesOptions {
  /** A configured broker; every one that has policies where absent. */
  readonly broker?: string;
  /** Of addresses, or of names where there is no `/` in them; all resources where empty. */
  readonly globs: readonly string[];
  /** Read the brokers instead of the files. */
  readonly live?: OpenOptions & { readonly timeout: number };
}

/**
 * What is in force for each resource, and where it comes from.
 * @throws RouteError where no broker has policies
 * @throws ConnectionError, BrokerError with `live`
 */
export async function policies(checked: Checked, options: PoliciesOptions): Promise<EffectiveSettings[]> {
  const matchers = options.globs.map(matcherOf);
  const parts = await Promise.all(
    chosenBrokers(checked, options).map(async (broker) => {
      const read = await broker.provider.settings?.();
      if (!read) return [];
      return read(options.live ? await liveTopology(broker, options.live) : declaredTopology(broker));
    }),
  );
  return parts
    .flat()
    .filter(({ address }) => matchers.length === 0 || matchers.some((matches) => matches(address)));
}

function chosenBrokers({ configured }: Checked, { broker: name }: PoliciesOptions): DeclaredBroker[] {
  const able = [...configured.values()].filter(({ provider }) => provider.settings);
  const chosen = name === undefined ? able : able.filter((broker) => broker.name === name);
  if (chosen.length > 0) return chosen;
  const names = able.map((broker) => broker.name).join(', ');
  if (name === undefined) throw new RouteError('no configured broker has policies', 'RabbitMQ has');
  throw new RouteError(`no broker ${name} with policies is configured`, `there are: ${names || 'none'}`);
}

function matcherOf(glob: string): (address: string) => boolean {
  const matches = addressMatcher(glob);
  if (glob.includes('/')) return matches;
  return (address) => matches(decodeURIComponent(address.slice(address.lastIndexOf('/') + 1)));
}

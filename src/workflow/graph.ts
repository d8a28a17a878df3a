import { completeSides } from '../diff/index.ts';
import {
  type BrokerIdentity,
  type Drawing,
  type Graph,
  kindOf,
  type Provider,
  type Resource,
} from '../model/index.ts';
import type { Checked } from './check.ts';
import { coveredBy, drawingOf } from './drawings.ts';
import { readEverything } from './import.ts';
import { type OpenOptions, ofAllBrokers } from './sessions.ts';

/** What is declared, as the assumed brokers would hold it. */
export function topologyGraph({ project, brokers }: Checked): Graph {
  const parts = [...brokers.values()].map(({ provider, desired, assumed }): Part => {
    const context = completeSides({ broker: assumed }, desired, [], provider.kinds);
    return { provider, broker: assumed, resources: [...context.desired.values()] };
  });
  const { environment } = project;
  const suffix = environment === undefined ? '' : ` (${environment})`;
  return composed(`topology of ${project.name}${suffix}`, 'named, and not declared here', parts);
}

/**
 * All that is on live brokers, but what is their own.
 * @param names of the configured brokers to read
 * @throws ConnectionError, BrokerError, AggregateError of several
 */
export async function liveGraph(
  { configured }: Checked,
  names: readonly string[],
  options: OpenOptions & { readonly timeout: number },
): Promise<Graph> {
  const chosen = [...configured.values()].filter(({ name }) => names.includes(name));
  const parts = await ofAllBrokers(
    chosen.map(async (declared): Promise<Part> => {
      const { broker, resources } = await readEverything(declared, options);
      // Brokers list in any order.
      const sorted = resources.toSorted((a, b) => (a.address < b.address ? -1 : 1));
      return { provider: declared.provider, broker, resources: sorted };
    }),
  );
  return composed(`live: ${names.join(', ')}`, 'named, and not there', parts);
}

interface Part {
  readonly provider: Provider;
  readonly broker: BrokerIdentity;
  readonly resources: readonly Resource[];
}

function composed(title: string, external: string, parts: readonly Part[]): Graph {
  const drawings = parts.map(({ provider, resources, broker }) => drawingOf(provider, resources, broker));
  const left = parts.flatMap(({ resources }, i) => leftOut(resources, drawings[i]));
  const counts = new Map<string, number>();
  for (const kind of left.sort()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return {
    title,
    external,
    groups: drawings.flatMap(({ groups }) => groups),
    nodes: drawings.flatMap(({ nodes }) => nodes),
    edges: drawings.flatMap(({ edges }) => edges),
    omitted: Array.from(counts, ([kind, count]) => ({ kind, count })),
  };
}

function leftOut(resources: readonly Resource[], drawing: Drawing | undefined): string[] {
  const covered = drawing ? coveredBy(drawing) : new Set();
  return resources.filter(({ address }) => !covered.has(address)).map(({ address }) => kindOf(address));
}

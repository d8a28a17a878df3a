import { completeSides } from '../diff/index.ts';
import type {
  BrokerIdentity,
  Context,
  Provider,
  Resource,
  Scope,
  Session,
  Snapshot,
} from '../model/index.ts';

/** Where live state comes from: a session, or a file that stands in for one. */
export type LiveState = Pick<Session, 'broker' | 'read' | 'readMetrics' | 'preview'>;

/** A snapshot as live state. It holds no counts, and what is unknown counts as not empty. */
export function frozen(snapshot: Snapshot): LiveState {
  return {
    broker: snapshot.broker,
    read: async () => [...snapshot.resources],
    readMetrics: async () => new Map(),
  };
}

/** A broker with nothing on it. */
export function nothing(broker: BrokerIdentity): LiveState {
  return frozen({ broker, resources: [] });
}

/** Reads the live state of a scope and completes it together with the desired one. */
export async function look(live: LiveState, provider: Provider, scope: Scope): Promise<Context> {
  const resources: readonly Resource[] = await live.read(scope);
  return completeSides({ broker: live.broker }, scope.desired, resources, provider.kinds);
}

/** The context with fresh counts on these live resources. */
export async function observed(
  live: LiveState,
  context: Context,
  resources: readonly Resource[],
): Promise<Context> {
  if (resources.length === 0) return context;
  const counts = await live.readMetrics(resources);
  const merged = new Map(context.live);
  for (const resource of resources) {
    const metrics = counts.get(resource.address);
    if (metrics) merged.set(resource.address, { ...resource, metrics });
  }
  return { ...context, live: merged };
}

import {
  BrokerError,
  type Call,
  ConnectionError,
  isObject,
  type JsonObject,
  type Objection,
} from '../../../model/index.ts';
import type { RabbitCall } from '../calls.ts';
import { text } from '../kinds/parts.ts';
import type { Listings } from './listings.ts';

/** On 4.x the federation of exchanges and that of queues are plug-ins of their own, too. */
const FEDERATION = ['rabbitmq_federation', 'rabbitmq_exchange_federation', 'rabbitmq_queue_federation'];

/**
 * The plug-ins that take parameters of a component, any of which serves. The broker lists the parameters of a component
 * that it does not know as none, and refuses the first one with 400.
 */
const PLUGINS: ReadonlyMap<string, readonly string[]> = new Map([
  ['shovel', ['rabbitmq_shovel']],
  ['federation-upstream', FEDERATION],
  ['federation-upstream-set', FEDERATION],
]);

/**
 * Parameters whose plug-in runs on no node. Asked for only where there are such parameters, as it takes the tag
 * "monitoring"; whoever lacks that is told by the broker.
 */
export async function previewUnits(
  units: readonly (readonly Call[])[],
  listings: Listings,
): Promise<Objection[]> {
  // Every session gets only the calls that its own provider's kinds have made.
  const set = (units as readonly (readonly RabbitCall[])[]).flatMap((calls, unit) =>
    calls.flatMap((call) => {
      const component = componentOf(call);
      const plugins = component === undefined ? undefined : PLUGINS.get(component);
      return plugins && component !== undefined ? [{ unit, component, plugins, op: call.op }] : [];
    }),
  );
  if (set.length === 0) return [];
  const running = await runningPlugins(listings);
  if (!running) return [];
  return set
    .filter(({ plugins }) => !plugins.some((plugin) => running.has(plugin)))
    .map(({ unit, component, plugins: [plugin = ''], op }) => ({
      unit,
      failure: {
        op,
        message: `the broker takes no ${component}: its plug-in is not enabled`,
        hint: `rabbitmq-plugins enable ${plugin}`,
      },
    }));
}

function componentOf(call: RabbitCall): string | undefined {
  if (call.op !== 'http.put') return undefined;
  const [what, component] = call.body.path;
  return what === 'parameters' ? component : undefined;
}

async function runningPlugins(listings: Listings): Promise<ReadonlySet<string> | undefined> {
  try {
    const nodes = await listings.all('nodes', 'the tag "monitoring"', 'columns=applications');
    const names = nodes.flatMap(({ applications }) => namesIn(applications));
    return names.length > 0 ? new Set(names) : undefined;
  } catch (error) {
    if (error instanceof BrokerError || error instanceof ConnectionError) return undefined;
    throw error;
  }
}

function namesIn(applications: JsonObject[string] | undefined): string[] {
  return Array.isArray(applications) ? applications.filter(isObject).map(({ name }) => text(name)) : [];
}

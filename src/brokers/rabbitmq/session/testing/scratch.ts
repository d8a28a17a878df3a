import { type JsonObject, kindOf, makeAddress, type Resource } from '../../../../model/index.ts';
import { brokerOf, pathOf, tableOf } from '../../kinds/parts.ts';
import { numberSetting } from '../../routing/reachability.ts';
import type { Queue, Vhost } from '../../routing/topology.ts';

/*
 * A copy of a vhost in which tests publish: routes as the original does, and keeps what a test waits for. Times are
 * shortened, since no test can wait for days.
 */

/**
 * - `keep`: nothing expires, so that each message stays in the queues that it reaches directly.
 * - `flow`: a message waits for a moment where it would expire to a dead-letter exchange, and rests anywhere else.
 */
export type Phase = 'keep' | 'flow';

/** Milliseconds that a message waits instead of the declared time, at most. */
export const MOMENT = 100;
/** Milliseconds; longer than any test. */
const LONG = 3_600_000;

/** What is copied, in the order in which it is created. */
const ORDER = [['policy', 'operator-policy'], ['exchange', 'queue'], ['binding']];

/** The resources of a copy, those that can be created at once in one list each. */
export function scratchOf(
  resources: readonly Resource[],
  vhost: Vhost,
  name: string,
  phase: Phase,
): Resource[][] {
  const inVhost = resources.filter((resource) => pathOf(resource)[0] === vhost.name);
  return ORDER.map((kinds) =>
    inVhost.flatMap((resource): Resource[] => {
      const kind = kindOf(resource.address);
      if (!kinds.includes(kind)) return [];
      const [, ...rest] = pathOf(resource);
      const address = makeAddress(brokerOf(resource), kind, name, ...rest);
      return [{ address, spec: specOf(kind, resource, vhost, phase), dependsOn: [] }];
    }),
  );
}

function specOf(kind: string, { spec, address }: Resource, vhost: Vhost, phase: Phase): JsonObject {
  switch (kind) {
    case 'exchange':
      return { ...spec, 'auto-delete': false };
    case 'queue': {
      const queue = vhost.queues.get(pathOf({ address })[1] ?? '');
      return { ...spec, 'auto-delete': false, exclusive: false, arguments: argumentsOf(queue, spec, phase) };
    }
    case 'policy':
    case 'operator-policy': {
      const definition = tableOf(spec.definition);
      const longer = ['message-ttl', 'expires'].filter((key) => definition[key] !== undefined);
      const times = Object.fromEntries(longer.map((key) => [key, LONG]));
      return { ...spec, definition: { ...definition, ...times } };
    }
    default:
      return spec;
  }
}

function argumentsOf(queue: Queue | undefined, spec: JsonObject, phase: Phase): JsonObject {
  const { 'x-message-ttl': _, 'x-expires': __, ...args } = tableOf(spec.arguments);
  const ttl = queue && waitingTime(queue);
  return ttl === undefined || phase === 'keep' ? args : { ...args, 'x-message-ttl': Math.min(ttl, MOMENT) };
}

/** Milliseconds after which a queue hands messages to its dead-letter exchange; undefined where it does not. */
export function waitingTime(queue: Queue): number | undefined {
  const ttl = numberSetting(queue, 'message-ttl');
  return ttl === undefined || !queue.setting('dead-letter-exchange') ? undefined : Number(ttl);
}

import { type Context, isObject, type JsonObject, type Resource } from '../../../../model/index.ts';
import { vhostAndName } from '../parts.ts';
import { defaultQueueTypeIn } from '../vhost.ts';

/** The type of a queue that names none: as its vhost is declared to be, else as it is. */
export function defaultTypeOf(resource: Resource, context: Context): string | undefined {
  const [vhost = ''] = resource.needs;
  return (
    defaultQueueTypeIn(context.desired.get(vhost)?.spec) ??
    defaultQueueTypeIn(context.live.get(vhost)?.spec) ??
    defaultQueueTypeIn(factOf(resource, context))
  );
}

function factOf(resource: Resource, context: Context): JsonObject | undefined {
  const types = context.broker.facts.defaultQueueTypes;
  return isObject(types) ? { 'default-queue-type': types[vhostAndName(resource).vhost] ?? null } : undefined;
}

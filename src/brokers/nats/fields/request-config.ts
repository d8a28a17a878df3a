import { type BrokerIdentity, declaredFields, type JsonObject, type Resource } from '../../../model/index.ts';
import { duplicateWindow } from './duplicate-window.ts';
import type { Fields } from './field.ts';
import { isDefault } from './normalize.ts';

/** Sent even where nobody declared it: the server's own default, `none`, is another one than ours. */
const ALWAYS = new Set(['ack_policy']);

/** Filled in by the server from its own limits, those of the account and those of the stream. */
const FILLED = new Set(['max_ack_pending', 'max_batch']);

/**
 * A completed configuration as a request says it: all but what the server fills in by itself. A default that nobody
 * declared is left out, as a server or an account may have limits below it. What is made again as it was, and was
 * declared nowhere, is said whole.
 */
export function requestConfig(
  fields: Fields,
  resource: Resource,
  broker: Pick<BrokerIdentity, 'version'>,
): JsonObject {
  const { spec } = resource;
  const said = declaredFields(resource);
  const declared = said && new Set(said);
  return Object.fromEntries(
    Object.entries(spec).filter(([name, value]) => {
      if (value === null) return false;
      if (!declared || declared.has(name) || ALWAYS.has(name)) return true;
      if (FILLED.has(name)) return false;
      if (name === 'duplicate_window') return value !== duplicateWindow(spec, broker);
      const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
      return !field || !isDefault(field, value);
    }),
  );
}

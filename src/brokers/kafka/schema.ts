import type { JsonObject } from '../../model/index.ts';
import { configsSchema } from './configs/schema.ts';
import written from './schema.json' with { type: 'json' };

/** The section's schema: what is written in schema.json, with every topic config of the table. */
export const schema: JsonObject = {
  ...(written as JsonObject),
  $defs: { ...(written.$defs as JsonObject), configs: configsSchema() },
};

import type { ImportingProvider } from '../../import/index.ts';
import type { BrokerIdentity, JsonObject } from '../../model/index.ts';
import connectionSchema from './connection-schema.json' with { type: 'json' };
import { effects } from './effects/index.ts';
import { schema } from './fields/schema.ts';
import { draw } from './graph/index.ts';
import { declare } from './kinds/declare.ts';
import { kinds } from './kinds/index.ts';
import { toSections } from './kinds/sections.ts';
import { withAllLimits } from './kinds/server-limits.ts';
import { orderLimits } from './kinds/stream/consumer-limits.ts';
import { orderClaims } from './kinds/subject-ownership.ts';
import { rules } from './rules/index.ts';
import { NEWEST } from './version.ts';

/** NATS JetStream 2.9 and later, over its own request subjects. */
export const nats: ImportingProvider = {
  name: 'nats',
  schema,
  connectionSchema: connectionSchema as JsonObject,
  kinds,
  rules,
  declare,
  order: (changes, context) => [...orderClaims(changes, context), ...orderLimits(changes)],
  // Both sides of a comparison of files are completed alike, as by a server without limits of its own.
  assume: (name, targetVersion): BrokerIdentity =>
    withAllLimits({ name, type: 'nats', id: 'assumed', version: targetVersion ?? NEWEST, facts: {} }),
  async connect(connection) {
    const { connect } = await import('./session/index.ts');
    return connect(connection);
  },
  async foreignFormats() {
    const { foreignFormats } = await import('./import/index.ts');
    return foreignFormats;
  },
  toSections,
  effects,
  draw,
};

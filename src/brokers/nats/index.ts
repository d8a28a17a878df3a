import type { BrokerIdentity, JsonObject, Provider } from '../../model/index.ts';
import { orderClaims } from './claims.ts';
import connectionSchema from './connection-schema.json' with { type: 'json' };
import { orderLimits } from './consumer-limit-risks.ts';
import { declare } from './declare.ts';
import { draw } from './drawing.ts';
import { effects } from './effects.ts';
import { kinds } from './kinds/index.ts';
import { rules } from './rules/index.ts';
import { schema } from './schema.ts';
import { toSections } from './sections.ts';
import { withAllLimits } from './server-limits.ts';
import { NEWEST } from './version.ts';

/** NATS JetStream 2.9 and later, over its own request subjects. */
export const nats: Provider = {
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
    const { connect } = await import('./session.ts');
    return connect(connection);
  },
  async foreignFormats() {
    const { foreignFormats } = await import('./foreign/index.ts');
    return foreignFormats;
  },
  toSections,
  effects,
  draw,
};

import type { ImportingProvider } from '../../import/index.ts';
import type { BrokerIdentity, JsonObject } from '../../model/index.ts';
import connectionSchema from './connection-schema.json' with { type: 'json' };
import { effects } from './effects/index.ts';
import { inRelease, NEWEST } from './facts.ts';
import { draw } from './graph/index.ts';
import { declare, kinds, order, schema, toSections } from './kinds/index.ts';
import { withAllLimits } from './kinds/server-limits.ts';
import { patterns } from './patterns/index.ts';
import { routing } from './routing/index.ts';
import { rules } from './rules/index.ts';
import { upgrades } from './upgrades/index.ts';

/** NATS JetStream 2.9 and later, over its request subjects. */
export const nats: ImportingProvider = {
  name: 'nats',
  schema,
  connectionSchema: connectionSchema as JsonObject,
  kinds,
  rules,
  upgrades,
  deadLetterKinds: ['stream'],
  patterns,
  declare,
  order,
  // A comparison of files completes both sides in the same way, as a server without limits does.
  assume: (name, targetVersion): BrokerIdentity =>
    withAllLimits({ name, type: 'nats', id: 'assumed', version: targetVersion ?? NEWEST, facts: {} }),
  upgraded: inRelease,
  async connect(connection) {
    const { connect } = await import('./session/index.ts');
    return connect(connection);
  },
  async local() {
    const { local } = await import('./local/index.ts');
    return local;
  },
  async foreignFormats() {
    const { foreignFormats } = await import('./import/index.ts');
    return foreignFormats;
  },
  async exporter() {
    const { exporter } = await import('./export/index.ts');
    return exporter;
  },
  toSections,
  effects,
  routing,
  draw,
};

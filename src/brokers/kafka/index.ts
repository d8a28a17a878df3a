import type { ImportingProvider } from '../../import/index.ts';
import type { BrokerIdentity, JsonObject } from '../../model/index.ts';
import connectionSchema from './connection-schema.json' with { type: 'json' };
import { effects } from './effects/index.ts';
import { draw } from './graph/index.ts';
import { declare, kinds, schema, toSections } from './kinds/index.ts';
import { patterns } from './patterns/index.ts';
import { routing } from './routing/index.ts';
import { rules } from './rules/index.ts';
import { upgrades } from './upgrades/index.ts';

/** The newest release whose behaviour is known here. */
const NEWEST = '4.3';

/** Apache Kafka 3.x and 4.x. */
export const kafka: ImportingProvider = {
  name: 'kafka',
  schema,
  connectionSchema: connectionSchema as JsonObject,
  kinds,
  rules,
  upgrades,
  deadLetterKinds: ['topic'],
  patterns,
  declare,
  assume: (name, targetVersion): BrokerIdentity => ({
    name,
    type: 'kafka',
    id: 'assumed',
    version: targetVersion ?? NEWEST,
    facts: {},
  }),
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
  draw,
  routing,
};

import type { BrokerIdentity, JsonObject, Provider } from '../../model/index.ts';
import connectionSchema from './connection-schema.json' with { type: 'json' };
import { declare } from './declare.ts';
import { draw } from './drawing.ts';
import { effects } from './effects.ts';
import { kinds } from './kinds/index.ts';
import { rules } from './rules/index.ts';
import { schema } from './schema.ts';
import { toSections } from './sections.ts';

/** The newest release whose behaviour is known here. */
const NEWEST = '4.3';

/** Apache Kafka 3.x and 4.x. */
export const kafka: Provider = {
  name: 'kafka',
  schema,
  connectionSchema: connectionSchema as JsonObject,
  kinds,
  rules,
  declare,
  assume: (name, targetVersion): BrokerIdentity => ({
    name,
    type: 'kafka',
    id: 'assumed',
    version: targetVersion ?? NEWEST,
    facts: {},
  }),
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

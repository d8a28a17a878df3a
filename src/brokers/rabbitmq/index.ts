import type { ImportingProvider } from '../../import/index.ts';
import type { BrokerIdentity, JsonObject } from '../../model/index.ts';
import connectionSchema from './connection-schema.json' with { type: 'json' };
import { effects } from './effects/index.ts';
import { draw } from './graph/index.ts';
import { parseDefinitions } from './import/definitions.ts';
import { unreadInDefinitions } from './import/entries.ts';
import { toSections } from './import/sections.ts';
import { newClusterName } from './kinds/cluster.ts';
import { orderMoves } from './kinds/exchange/move.ts';
import { declare, kinds } from './kinds/index.ts';
import { orderReferences } from './kinds/parameter/references.ts';
import { patterns } from './patterns/index.ts';
import { routing } from './routing/index.ts';
import { rules } from './rules/index.ts';
import { schema } from './schema.ts';
import { deprecatedFeature } from './upgrades/deprecated-feature.ts';
import { upgrades } from './upgrades/index.ts';
import { NEWEST } from './version.ts';

/** RabbitMQ 3.10 and later, over AMQP 0-9-1 and the management API. */
export const rabbitmq: ImportingProvider = {
  name: 'rabbitmq',
  schema,
  connectionSchema: connectionSchema as JsonObject,
  kinds,
  rules,
  upgrades,
  declare,
  order: (changes, context) => [...orderReferences(changes), ...orderMoves(changes, context)],
  renamedTo: newClusterName,
  assume: (name, targetVersion): BrokerIdentity => ({
    name,
    type: 'rabbitmq',
    id: 'assumed',
    version: targetVersion ?? NEWEST,
    facts: {},
  }),
  async connect(connection) {
    const { connect } = await import('./session/index.ts');
    return connect(connection);
  },
  parseExport: parseDefinitions,
  unreadInExport: unreadInDefinitions,
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
  patterns,
  effects,
  draw,
  routing,
  deadLetterKinds: ['queue'],
  pages: [deprecatedFeature],
  async settings() {
    const { effectiveSettings } = await import('./routing/effective-settings.ts');
    return effectiveSettings;
  },
};

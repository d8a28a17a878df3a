import {
  type Address,
  type BrokerIdentity,
  type Connection,
  FirstRead,
  type JsonObject,
  parseAddress,
  type Resource,
  type Session,
} from '../../../model/index.ts';
import { factsOf } from '../facts.ts';
import { AmqpLinks } from './amqp.ts';
import { diagnose } from './doctor.ts';
import { deprecatedFeatures } from './features.ts';
import { identify, limitedTo } from './identity.ts';
import { Listings } from './listings.ts';
import { takeLock } from './lock.ts';
import { Management } from './management.ts';
import { type Counting, countAmqp10, countMessages } from './metrics.ts';
import { previewUnits, rehearseUnits } from './preview.ts';
import { needsOf, readScope, vhostsIn } from './read.ts';
import { Places, sendUnits } from './send.ts';
import { readSettings } from './settings.ts';
import { listVhosts } from './vhost-lists.ts';

/** Queues whose messages are moved at a time: each takes a connection, and the broker's disk. */
const MOVES = 4;

/**
 * Opens a session with one RabbitMQ cluster: reads go to its management API, changes by AMQP where that serves. AMQP
 * connections are opened when first needed, so a plan gets by without.
 * @throws ConnectionError, BrokerError
 */
export async function connect(
  connection: Connection,
): Promise<Session & { readonly management: Management }> {
  const settings = readSettings(connection);
  const management = await Management.of(settings);
  const listings = new Listings(management, settings);
  const seen = listVhosts(listings);
  const opened = identify(management, settings, seen);
  const first = new FirstRead(connection.reads, async (scope, isEarly) => {
    const dependsOn = needsOf(scope, connection.name);
    // Later they are of an earlier time.
    const listed = isEarly ? seen : undefined;
    const resources = await readScope(scope, connection, listings, { seen, listed }, dependsOn);
    return { resources, dependsOn };
  });
  try {
    const identity = await opened;
    const read = new Set<string>();
    let broker = identity;
    const links = settings.amqp && new AmqpLinks(settings, settings.amqp);
    const moves = new Places(MOVES);
    const sending = { broker, settings, management, listings, links, resolve: connection.resolve, moves };
    return {
      /** From the first read on without vhosts that no read covered. */
      get broker() {
        return broker;
      },
      /** For tests that count requests. */
      management,
      async read(scope) {
        const { vhosts = [] } = factsOf(identity);
        const { resources, dependsOn } = await first.take(scope);
        for (const vhost of vhostsIn(dependsOn, vhosts)) read.add(vhost);
        broker = limitedTo(identity, read);
        return resources;
      },
      readMetrics: (resources) => readMetrics(resources, { listings, links }, identity),
      send: (units, options) => sendUnits(units, options, sending),
      preview: (units) => previewUnits(units, listings),
      rehearse: (units, options) => rehearseUnits(units, options, sending),
      lock: (request) => takeLock(request, { settings, listings, links }),
      async runTests(trial) {
        const { runTests } = await import('./testing/index.ts');
        return runTests(trial, sending);
      },
      async redrive(request) {
        const { redrive } = await import('./redrive/index.ts');
        return redrive(request, { version: identity.version, settings, listings, links });
      },
      diagnose: () => diagnose(settings, management, links),
      deprecated: () => deprecatedFeatures(management, settings),
      async close() {
        await links?.close();
        management.close();
        await first.end();
      },
    };
  } catch (error) {
    management.close();
    await first.end();
    throw error;
  }
}

/** Only queues have metrics. */
async function readMetrics(
  resources: readonly Resource[],
  counting: Counting,
  broker: BrokerIdentity,
): Promise<Map<Address, JsonObject>> {
  const queues = resources.flatMap(({ address, spec }) => {
    const { kind, path } = parseAddress(address);
    const [vhost = '', name = ''] = path;
    return kind === 'queue' ? [{ vhost, name, type: String(spec.type), address }] : [];
  });
  const [counts, amqp10] = await Promise.all([
    countMessages(queues, counting),
    countAmqp10(
      queues.map(({ vhost }) => vhost),
      counting,
      broker,
    ),
  ]);
  return new Map(
    queues.flatMap((queue): [Address, JsonObject][] => {
      const count = counts.get(queue);
      const connections = amqp10.get(queue.vhost);
      return count ? [[queue.address, { ...count, ...(connections && { amqp10: connections }) }]] : [];
    }),
  );
}

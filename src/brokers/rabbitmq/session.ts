import type { Connection, Session } from '../../model/index.ts';
import { identify } from './session/identity.ts';
import { Listings } from './session/listings.ts';
import { Management } from './session/management.ts';
import { readScope } from './session/read.ts';
import { readSettings } from './session/settings.ts';

/**
 * Opens a session with one RabbitMQ cluster: reads go to its management API, changes by AMQP where that serves.
 * @throws ConnectionError, BrokerError
 */
export async function connect(connection: Connection): Promise<Session> {
  const settings = readSettings(connection);
  const management = new Management(settings);
  try {
    const broker = await identify(management, settings);
    const listings = new Listings(management, settings);
    return {
      broker,
      read: (scope) => readScope(scope, connection, listings),
      observe: async () => new Map(),
      async *send() {},
      examine: async () => [],
      close: async () => management.close(),
    };
  } catch (error) {
    management.close();
    throw error;
  }
}

import { makeCertificates } from './certificates.ts';
import { makeFolder, removeFolder } from './folders.ts';
import { systemUser } from './nats/config.ts';
import { makeIdentities } from './nats/identities.ts';
import { installNats } from './nats/install.ts';
import { prepareServer } from './nats/server.ts';
import type { LocalNats, NatsLine, NatsOptions } from './nats/types.ts';
import { freePorts } from './ports.ts';

export type { LocalNats, LocalNatsServer, NatsLine, NatsOptions } from './nats/types.ts';

export const natsLines: readonly NatsLine[] = ['old', 'middle', 'current'];

/**
 * Starts a nats-server with JetStream, or a cluster of three, that listens on 127.0.0.1 only, and waits until it
 * is ready. Throws Unavailable where the line cannot be had.
 */
export async function startNats(line: NatsLine, options: NatsOptions = {}): Promise<LocalNats> {
  const { version, program } = await installNats(line);
  const folder = makeFolder(`nats-${line}`);
  const count = options.servers ?? 1;
  const ports = await freePorts(3 * count);
  const port = (index: number) => ports[index] as number;
  const routes = Array.from({ length: count }, (_, i) => port(3 * i + 2));
  const certificates = options.tls ? await makeCertificates(folder) : undefined;
  const identities = makeIdentities(options, folder);
  const servers = routes.map((route, i) =>
    prepareServer(program, options, {
      name: `nats-${i + 1}`,
      folder,
      ports: { client: port(3 * i), monitoring: port(3 * i + 1), route },
      routes,
      identities,
      ...(certificates ? { certificates } : {}),
    }),
  );

  async function stop(): Promise<void> {
    await Promise.all(servers.map((server) => server.halt()));
    removeFolder(folder);
  }

  try {
    for (const server of servers) await server.launch();
    for (const server of servers) await server.ready(true);
  } catch (error) {
    await stop();
    throw error;
  }
  const withSystem = options.auth !== 'token' && options.auth !== 'operator';
  return {
    line,
    version,
    url: servers[0]?.url ?? '',
    servers,
    credentials: identities.credentials,
    ...(withSystem ? { system: systemUser } : {}),
    ...(certificates ? { tls: certificates } : {}),
    folder,
    stop,
  };
}

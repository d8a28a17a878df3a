import { chmodSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { makeCertificates } from '../certificates.ts';
import { docker, startContainer } from '../docker.ts';
import { makeFolder, removeFolder } from '../folders.ts';
import { freePorts } from '../ports.ts';
import { accepts, type Starting, untilReady } from '../ready.ts';
import { brokerConfig, enabledPlugins, erlangArguments, type RabbitPorts } from './config.ts';
import { addresses, answers, askVersion } from './listeners.ts';
import type { LocalRabbit, RabbitLine, RabbitOptions } from './types.ts';

const images = { old: 'rabbitmq:3.10-management', current: 'rabbitmq:4.3-management' };

/** The ports that the broker listens at inside the container. */
const inner: RabbitPorts = { amqp: 5672, management: 15672, amqps: 5671, managementTls: 15671 };

/** What follows `docker run`: every port on 127.0.0.1 only, and the folder under its own path. */
export function containerArguments(
  line: RabbitLine,
  options: RabbitOptions,
  folder: string,
  ports: RabbitPorts,
): string[] {
  const published = (Object.keys(inner) as (keyof RabbitPorts)[]).flatMap((name) => [
    '--publish',
    `127.0.0.1:${ports[name]}:${inner[name]}`,
  ]);
  return [
    ...published,
    ...['--volume', `${folder}:${folder}:ro`],
    ...['--env', `RABBITMQ_CONFIG_FILE=${join(folder, 'rabbitmq.conf')}`],
    ...['--env', `RABBITMQ_ENABLED_PLUGINS_FILE=${join(folder, 'enabled_plugins')}`],
    ...['--env', `RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=${erlangArguments(options)}`],
    ...Object.entries(options.environment ?? {}).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    images[line],
  ];
}

/** Starts a broker as a container. Needs a Docker engine that shares this machine's file system. */
export async function startInContainer(line: RabbitLine, options: RabbitOptions): Promise<LocalRabbit> {
  const folder = makeFolder(`rabbitmq-${line}`);
  const name = basename(folder);
  const [amqp, management, amqps, managementTls] = (await freePorts(4)) as [number, number, number, number];
  const ports: RabbitPorts = { amqp, management, amqps, managementTls };
  const certificates = options.tls ? await makeCertificates(folder) : undefined;
  const listening = { address: '0.0.0.0', ports: inner, ...(certificates ? { certificates } : {}) };
  const urls = addresses(ports, certificates);

  // A client on this machine is a remote one to the container, where guest is refused unless said so.
  writeFileSync(join(folder, 'rabbitmq.conf'), `${brokerConfig(options, listening)}loopback_users = none\n`);
  writeFileSync(join(folder, 'enabled_plugins'), enabledPlugins(options));
  // The broker has a user of its own there.
  chmodSync(folder, 0o755);
  if (certificates) chmodSync(certificates.serverKey, 0o644);

  const ready = (container: Starting) =>
    untilReady(async () => (await accepts(amqp)) && (await answers(options, urls.management)), container);
  const container = await startContainer(name, containerArguments(line, options, folder, ports));
  await ready(container);

  return {
    line,
    version: (await askVersion(urls.management)) ?? 'unknown',
    ...urls,
    folder,
    async start() {
      await docker('start', name);
      await ready(container);
    },
    async stop() {
      await docker('stop', name);
      await docker('rm', '--volumes', name);
      removeFolder(folder);
    },
    kill: async () => void (await docker('kill', name)),
    halt: async () => void (await docker('stop', name)),
    ctl: (...args) => docker('exec', name, 'rabbitmqctl', '--quiet', ...args),
  };
}

import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { makeCertificates } from '../certificates.ts';
import { run } from '../commands.ts';
import { makeFolder, removeFolder } from '../folders.ts';
import { freePorts } from '../ports.ts';
import { type RunningProcess, startProcess } from '../processes.ts';
import { accepts, untilReady } from '../ready.ts';
import { brokerConfig, enabledPlugins, erlangArguments, type RabbitPorts } from './config.ts';
import { installRabbit } from './install.ts';
import { addresses, answers } from './listeners.ts';
import type { LocalRabbit, RabbitLine, RabbitOptions } from './types.ts';

/** Starts a broker as a process of this machine, from Debian's package. */
export async function startOnMachine(line: RabbitLine, options: RabbitOptions): Promise<LocalRabbit> {
  const installation = await installRabbit(line);
  const folder = makeFolder(`rabbitmq-${line}`);
  const [amqp, management, amqps, managementTls, epmdPort, distribution] = (await freePorts(6)) as Six;
  const ports: RabbitPorts = { amqp, management, amqps, managementTls };
  const log = join(folder, 'rabbitmq.log');
  const env = {
    ...environment(folder, epmdPort, distribution),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: erlangArguments(options),
    ...options.environment,
  };
  const certificates = options.tls ? await makeCertificates(folder) : undefined;
  const urls = addresses(ports, certificates);
  const listening = { address: '127.0.0.1', ports, ...(certificates ? { certificates } : {}) };

  mkdirSync(join(folder, 'data'));
  writeFileSync(join(folder, 'rabbitmq.conf'), brokerConfig(options, listening));
  writeFileSync(join(folder, 'enabled_plugins'), enabledPlugins(options));
  writeFileSync(join(folder, '.erlang.cookie'), randomBytes(15).toString('hex'), { mode: 0o400 });

  let broker: RunningProcess | undefined;
  let epmd: RunningProcess | undefined;

  async function start(): Promise<void> {
    if (broker?.running()) return;
    const command = installation.command('rabbitmq-server');
    broker = await startProcess({ name: 'rabbitmq', folder, log, command, env });
    // The listener for AMQP is opened last, when plugins run and the guest user is there.
    await untilReady(async () => (await accepts(amqp)) && (await answers(options, urls.management)), broker);
  }

  async function stop(): Promise<void> {
    // Clients are told at once. 3.10's management plugin then waits 6 s, which only matters for data that
    // is kept.
    await broker?.end('SIGTERM', 1_500);
    await epmd?.end('SIGTERM');
    removeFolder(folder);
  }

  try {
    // Erlang's port mapper: each broker has its own, so that none stops another's, and it stays while the
    // broker is down, so that rabbitmqctl does not start one that nobody would stop.
    const command = installation.command('epmd', '-address', '127.0.0.1', '-port', String(epmdPort));
    epmd = await startProcess({ name: 'epmd', folder, log, command, env });
    await untilReady(() => accepts(epmdPort), epmd);
    await start();
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    line,
    version: installation.version,
    ...urls,
    folder,
    start,
    stop,
    kill: async () => broker?.end('SIGKILL'),
    halt: async () => broker?.end('SIGTERM'),
    ctl(...args) {
      const [program, ...rest] = installation.command('rabbitmqctl', '--quiet', ...args);
      return run(program, rest, { env });
    },
  };
}

type Six = [number, number, number, number, number, number];

/** The environment of the broker and of rabbitmqctl, apart from anything set up on this machine. */
function environment(folder: string, epmdPort: number, distribution: number): Record<string, string> {
  const file = (name: string) => join(folder, name);
  return {
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    LANG: 'C.UTF-8',
    // Where Erlang looks for the cookie.
    HOME: folder,
    ERL_CRASH_DUMP: file('erl_crash.dump'),
    ERL_EPMD_PORT: String(epmdPort),
    // Said to every Erlang that is started, rabbitmqctl's and RabbitMQ's own helpers included.
    ERL_ZFLAGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    RABBITMQ_NODENAME: `${basename(folder)}@localhost`,
    RABBITMQ_DIST_PORT: String(distribution),
    // Any port: the default is a range of 11, which several tests that call rabbitmqctl use up.
    RABBITMQ_CTL_DIST_PORT_MIN: '0',
    RABBITMQ_CTL_DIST_PORT_MAX: '0',
    RABBITMQ_MNESIA_BASE: file('data'),
    RABBITMQ_LOG_BASE: folder,
    // To standard output, where messages from before the log's start and a crash's go as well.
    RABBITMQ_LOGS: '-',
    RABBITMQ_CONFIG_FILE: file('rabbitmq.conf'),
    RABBITMQ_ADVANCED_CONFIG_FILE: file('advanced.config'),
    RABBITMQ_CONFIG_FILES: file('conf.d'),
    RABBITMQ_CONF_ENV_FILE: file('rabbitmq-env.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: file('enabled_plugins'),
    // Makes the script replace itself by the broker instead of waiting for it, as in the Docker image.
    RUNNING_UNDER_SYSTEMD: 'true',
  };
}

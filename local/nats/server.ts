import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RunningProcess, startProcess } from '../processes.ts';
import { untilReady } from '../ready.ts';
import { type NatsServerConfig, serverConfig } from './config.ts';
import type { LocalNatsServer, NatsOptions } from './types.ts';

/** A server that may not run yet. */
export interface NatsProcess extends LocalNatsServer {
  /** Starts the process without waiting until it is ready: servers of a cluster wait for each other. */
  launch(): Promise<void>;
  /** Waits until it takes part: it is healthy, and JetStream has a leader that sees all its servers. */
  /** @param whole the cluster has all its servers; else one that is down does not count */
  ready(whole?: boolean): Promise<void>;
}

export function prepareServer(program: string, options: NatsOptions, config: NatsServerConfig): NatsProcess {
  const { name, folder, ports } = config;
  const file = join(folder, `${name}.conf`);
  writeFileSync(file, serverConfig(options, config), { mode: 0o600 });
  const monitoring = `http://127.0.0.1:${ports.monitoring}`;
  let running: RunningProcess | undefined;

  async function launch(): Promise<void> {
    const log = join(folder, `${name}.log`);
    const command = [program, '-a', '127.0.0.1', '-c', file] as const;
    running = await startProcess({ name, folder, log, command, env: {} });
  }

  async function ready(whole = false): Promise<void> {
    if (!running) throw new Error(`${name} was not started`);
    const clustered = config.routes.length > 1 && (options.jetstream ?? true);
    await untilReady(
      async () =>
        (await isHealthy(monitoring)) && (!clustered || (await followsLeader(name, monitoring, whole))),
      running,
    );
  }

  return {
    name,
    url: `nats://127.0.0.1:${ports.client}`,
    monitoring,
    launch,
    ready,
    async start() {
      await launch();
      await ready();
    },
    kill: async () => running?.end('SIGKILL'),
    halt: async () => running?.end('SIGTERM'),
  };
}

async function isHealthy(monitoring: string): Promise<boolean> {
  return (await fetch(new URL('/healthz', monitoring), { signal: AbortSignal.timeout(5_000) })).ok;
}

interface JetStreamState {
  meta_cluster?: {
    leader?: string;
    replicas?: { current: boolean; offline?: boolean }[];
  };
}

// What a server says of the others is right only where it leads them.
async function followsLeader(name: string, monitoring: string, whole: boolean): Promise<boolean> {
  const response = await fetch(new URL('/jsz', monitoring), { signal: AbortSignal.timeout(5_000) });
  const { meta_cluster: meta } = (await response.json()) as JetStreamState;
  if (meta?.leader !== name) return Boolean(meta?.leader);
  return (meta.replicas ?? []).every((one) => (one.offline ? !whole : one.current));
}

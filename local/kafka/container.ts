import { spawnSync } from 'node:child_process';
import { basename } from 'node:path';
import { docker, startContainer } from '../docker.ts';
import type { Starting } from '../ready.ts';
import type { PreparedNode, Running } from './cluster.ts';
import { javaFlags, versions } from './install.ts';
import type { KafkaLine } from './types.ts';

function image(line: KafkaLine): string {
  return `apache/kafka:${versions[line]}`;
}

/**
 * What follows `docker run`, to run one of Kafka's main classes with its arguments. On the host's network, because brokers tell clients
 * and each other one address only; they bind to loopback. As our own user, because they write to our folder.
 */
export function containerArguments(
  line: KafkaLine,
  folder: string,
  user: string,
  main: readonly string[],
  heap?: number,
): string[] {
  const java = [...javaFlags(heap), '-cp', '/opt/kafka/libs/*', ...main];
  return [
    ...['--network', 'host', '--user', user, '--volume', `${folder}:${folder}`, '--workdir', folder],
    ...['--entrypoint', 'java', image(line), ...java],
  ];
}

/** Runs nodes as containers, each with so many MiB of heap. Needs a Docker engine that shares this machine's file system and network. */
export function inContainers(line: KafkaLine, heap?: number): Running {
  const user = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
  return {
    version: versions[line],
    async prepare({ name, cluster, folder, config }: PreparedNode) {
      const container = `${basename(folder)}-${name}`;
      const format = ['kafka.tools.StorageTool', 'format', '-t', cluster, '-c', config] as const;
      await docker('run', '--rm', ...containerArguments(line, folder, user, format));
      let started: Starting | undefined;
      return {
        name: container,
        running: async () => (await started?.running()) ?? false,
        lastWords: async () => (await started?.lastWords()) ?? '',
        async start() {
          if (started) {
            await docker('start', container);
            return;
          }
          started = await startContainer(
            container,
            containerArguments(line, folder, user, ['kafka.Kafka', config], heap),
          );
        },
        kill: async () => void (await docker('kill', container)),
        halt: async () => void (await docker('stop', container)),
        remove: async () => void spawnSync('docker', ['rm', '--force', '--volumes', container]),
      };
    },
  };
}

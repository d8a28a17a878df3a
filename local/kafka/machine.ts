import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RunningProcess, startProcess } from '../processes.ts';
import type { Running } from './cluster.ts';
import { metaProperties } from './config.ts';
import { installKafka } from './install.ts';
import type { KafkaLine } from './types.ts';

/** Runs nodes as processes of this machine. @param heap MiB of each */
export async function onMachine(line: KafkaLine, heap?: number): Promise<Running> {
  const installation = await installKafka(line, heap);
  return {
    version: installation.version,
    async prepare({ name, id, cluster, folder, config, data }) {
      // What formatting a folder comes to, without its seconds.
      writeFileSync(join(data, 'meta.properties'), metaProperties(id, cluster));
      copyFileSync(installation.bootstrapCheckpoint, join(data, 'bootstrap.checkpoint'));
      const log = join(folder, `${name}.log`);
      const command = installation.command('kafka.Kafka', config);
      let node: RunningProcess | undefined;
      return {
        name,
        running: () => node?.running() ?? false,
        lastWords: () => node?.lastWords() ?? '',
        async start() {
          if (node?.running()) return;
          const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8', HOME: folder };
          node = await startProcess({ name, folder, log, command, env });
        },
        kill: async () => node?.end('SIGKILL'),
        halt: async () => node?.end('SIGTERM'),
        remove: async () => {},
      };
    },
  };
}

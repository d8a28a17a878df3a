import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { hostSuite, installedVersion, installPackages } from '../apt.ts';
import { debianFolder, inside } from '../debootstrap.ts';
import type { RabbitLine } from './types.ts';

export interface RabbitInstallation {
  version: string;
  /** How to run one of RabbitMQ's programs, such as `rabbitmq-server`. */
  command(program: string, ...args: string[]): [string, ...string[]];
}

// Debian's wrappers in /usr/sbin would switch to the user rabbitmq and read the machine's settings.
const programs = '/usr/lib/rabbitmq/bin';
const libraries = '/usr/lib/rabbitmq/lib';

const lines = {
  old: { suite: 'bookworm', version: /^3\.10\./ },
  current: { suite: 'sid', version: /^4\.3\./ },
};

/** Installs RabbitMQ where it is missing: on this machine if its Debian has that line, else in a folder. */
export async function installRabbit(line: RabbitLine): Promise<RabbitInstallation> {
  const { suite, version } = lines[line];
  const what = `RabbitMQ ${line}`;
  let installed = await installedVersion('rabbitmq-server');
  if (!installed && hostSuite() === suite) {
    await installPackages(what, 'rabbitmq-server');
    installed = await installedVersion('rabbitmq-server');
  }
  if (installed && version.test(installed)) {
    return { version: versionIn(''), command: (program, ...args) => [path(program), ...args] };
  }
  const root = await debianFolder(what, suite, ['rabbitmq-server']);
  return {
    version: versionIn(root),
    command: (program, ...args) => inside(root, [path(program), ...args]),
  };
}

function path(program: string): string {
  return program === 'epmd' ? '/usr/bin/epmd' : join(programs, program);
}

function versionIn(root: string): string {
  const folder = readdirSync(join(root, libraries)).find((name) => name.startsWith('rabbitmq_server-'));
  if (!folder) throw new Error(`no RabbitMQ in ${join(root, libraries)}`);
  return folder.slice('rabbitmq_server-'.length);
}

import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { Diff } from '../../src/model/index.ts';
import { type Ended, runCli, type Surroundings } from './run-cli.ts';

const OWNER = ['-c', 'user.email=test@example.org', '-c', 'user.name=test', '-c', 'commit.gpgsign=false'];

/** A new git repository for each test of the file that calls this. */
export function repositories() {
  let folder: string;
  beforeEach(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'brokerform-')));
    git('init', '--quiet', '--initial-branch=main');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  function git(...args: string[]): string {
    return execFileSync('git', [...OWNER, ...args], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  function cli(line: string, surroundings: Surroundings = {}): Promise<Ended> {
    return runCli(line.split(' '), { cwd: folder, ...surroundings });
  }

  return {
    /** The path of a file in it, or its own. */
    path: (...names: string[]) => join(folder, ...names),
    git,
    cli,
    async write(files: Readonly<Record<string, string>>): Promise<void> {
      for (const [name, text] of Object.entries(files)) {
        await mkdir(join(folder, dirname(name)), { recursive: true });
        await writeFile(join(folder, name), text);
      }
    },
    commit(message = 'change'): void {
      git('add', '--all');
      git('commit', '--quiet', '--allow-empty', '--message', message);
    },
    async diff(options = '', surroundings: Surroundings = {}): Promise<Diff> {
      const { stdout } = await cli(`diff --base main --format json${options}`, surroundings);
      return JSON.parse(stdout);
    },
  };
}

/** Nothing of it can be reached or resolved. */
export const CONFIG = `project: shop
topologies: [topologies/*.yaml]
brokers: { main: { type: rabbitmq, url: "\${RABBITMQ_URL}", management: "\${RABBITMQ_MANAGEMENT}" } }
owns: { main: ["queue/shop/tmp-*"] }
`;

export const queue = (name: string, more = '') => `    ${name}: { type: quorum, max-length: 10${more} }\n`;
export const topology = (...queues: string[]) => `rabbitmq:\n  vhost: shop\n  queues:\n${queues.join('')}`;

export const addresses = (items: readonly { address: string }[]) => items.map(({ address }) => address);

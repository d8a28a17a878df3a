import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type EndedProcess, endOf } from '../cli/end-of-process.ts';
import { mainArguments } from '../cli/run-process.ts';

const QUEUES = 'rabbitmq:\n  vhost: ci-examples\n  queues:\n    orders: { type: quorum, max-length: 10 }\n';

/** A checkout of a project as a pipeline has it: main, and a branch that adds a queue. Scripts find the real brokerform. */
export class Checkout {
  readonly folder = mkdtempSync(join(tmpdir(), 'brokerform-pipeline-'));
  readonly base: string;
  readonly #bin = join(this.folder, '.git', 'bin');

  constructor() {
    this.write('brokerform.yaml', {
      project: 'shop',
      brokers: {
        main: { type: 'rabbitmq', url: '${RABBITMQ_URL}', management: '${RABBITMQ_MANAGEMENT_URL}' },
      },
      owns: { main: ['queue/ci-examples/*'] },
      environments: { production: {} },
    });
    this.write('topologies/orders.yaml', QUEUES);
    this.#git('init', '--quiet', '--initial-branch=main');
    this.base = this.#commit('main');
    this.write('topologies/audit.yaml', QUEUES.replace('orders', 'audit'));
    this.#commit('branch');
    const real = [process.execPath, ...mainArguments([])].map((word) => `'${word}'`).join(' ');
    // Without a broker, a plan takes one that has nothing.
    this.program('brokerform', `[ "$1" != plan ] || set -- "$@" $PLAN_OPTIONS\nexec ${real} "$@"`);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  write(name: string, content: string | object): void {
    mkdirSync(join(this.folder, name, '..'), { recursive: true });
    writeFileSync(join(this.folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }

  /** A command that scripts find before any other of that name. */
  program(name: string, script: string): void {
    mkdirSync(this.#bin, { recursive: true });
    writeFileSync(join(this.#bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(this.#bin, name), 0o755);
  }

  /** Runs a script as CI systems do: it ends with the first command that fails. */
  run(script: string, env: Readonly<Record<string, string>> = {}): Promise<EndedProcess> {
    const child = spawn('sh', ['-e', '-c', script], {
      cwd: this.folder,
      env: { HOME: this.folder, PATH: `${this.#bin}${delimiter}${process.env.PATH}`, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return endOf(child);
  }

  #commit(message: string): string {
    this.#git('add', '.');
    const who = ['-c', 'user.name=ci', '-c', 'user.email=ci@example.com'];
    this.#git(...who, 'commit', '--quiet', '--message', message);
    return this.#git('rev-parse', 'HEAD');
  }

  #git(...args: string[]): string {
    return execFileSync('git', args, { cwd: this.folder, encoding: 'utf8' }).trim();
  }
}

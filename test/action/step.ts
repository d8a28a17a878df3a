import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endOf } from '../cli/end-of-process.ts';

export const ROOT = join(import.meta.dirname, '..', '..');

export interface StepResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
}

/** A folder in which steps run one after the other, as a runner would start them. */
export class Runner {
  readonly folder = mkdtempSync(join(tmpdir(), 'brokerform-action-'));

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  file(name: string, content: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, content);
    return path;
  }

  /** Runs a script of `action/` with the runner's own variables, and those that are given. */
  run(script: string, env: Readonly<Record<string, string>> = {}, args: readonly string[] = []) {
    return this.#spawn(script, args, {
      GITHUB_ACTIONS: 'true',
      GITHUB_OUTPUT: this.file('output', ''),
      GITHUB_STEP_SUMMARY: this.file('summary', ''),
      GITHUB_PATH: this.file('path', ''),
      RUNNER_TEMP: this.folder,
      ...env,
    });
  }

  /** As a person would, without any of GitHub's variables. */
  runOutside(script: string, env: Readonly<Record<string, string>> = {}, args: readonly string[] = []) {
    return this.#spawn(script, args, { TMPDIR: this.folder, ...env });
  }

  async #spawn(script: string, args: readonly string[], env: Record<string, string>): Promise<StepResult> {
    const path = join(ROOT, 'action', script);
    const command = script.endsWith('.mjs') ? [process.execPath, path] : [path];
    const [program = '', ...rest] = command;
    const child = spawn(program, [...rest, ...args], {
      cwd: this.folder,
      env: { ...reachingOut(), PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const { code, stdout, stderr } = await endOf(child);
    const [outputs, summary] = [readOutputs(env.GITHUB_OUTPUT), readIfThere(env.GITHUB_STEP_SUMMARY)];
    return { code, stdout, stderr, outputs, summary };
  }
}

/** What npm needs on machines that reach a registry their own way. */
function reachingOut(): Record<string, string> {
  const names = /^(npm_config_registry|https?_proxy|no_proxy|NODE_EXTRA_CA_CERTS)$/i;
  const found = Object.entries(process.env).filter(([name]) => names.test(name));
  return Object.fromEntries(found.map(([name, value = '']) => [name, value]));
}

function readIfThere(file: string | undefined): string {
  return file !== undefined && existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** Reads outputs as GitHub's runner does: `name=value`, or `name<<delimiter` up to a line that is the delimiter. */
export function readOutputs(file: string | undefined): Record<string, string> {
  const outputs: Record<string, string> = {};
  const lines = readIfThere(file).split('\n');
  for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
    const [, name, delimiter] = /^([^=]*?)<<(.*)$/.exec(line) ?? [];
    if (name !== undefined && delimiter !== undefined) {
      const value = lines.splice(0, lines.indexOf(delimiter));
      lines.shift();
      outputs[name] = value.join('\n');
    } else if (line !== '') {
      outputs[line.slice(0, line.indexOf('='))] = line.slice(line.indexOf('=') + 1);
    }
  }
  return outputs;
}

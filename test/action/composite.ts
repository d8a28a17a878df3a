import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { endOf } from '../cli/end-of-process.ts';
import { ROOT, type Runner, readOutputs } from './step.ts';

interface Step {
  readonly id?: string;
  readonly name: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, string>>;
}

export interface Job {
  readonly conclusion: 'success' | 'failure';
  /** By the names of steps, in their order: how they ended. Those that were left out are not there. */
  readonly steps: Readonly<Record<string, number>>;
  readonly outputs: Readonly<Record<string, string>>;
  readonly log: string;
}

type Context = Readonly<Record<string, unknown>>;

const action = parse(readFileSync(join(ROOT, 'action.yml'), 'utf8'));

/** Artifacts, by the name of their run and their own. */
export class Artifacts {
  readonly #folder: string;
  constructor(runner: Runner) {
    this.#folder = join(runner.folder, 'artifacts');
  }

  store(run: string, name: string, file: string): void {
    mkdirSync(join(this.#folder, run, name), { recursive: true });
    cpSync(file, join(this.#folder, run, name, basename(file)));
  }

  fetch(run: string, name: string, folder: string): void {
    cpSync(join(this.#folder, run, name), folder, { recursive: true });
  }

  has(run: string, name: string): boolean {
    return existsSync(join(this.#folder, run, name));
  }
}

/**
 * Runs `action.yml` step by step, as GitHub's runner does: conditions, expressions, outputs. In the place of other
 * actions it stores and fetches artifacts; a cache is always empty.
 */
export async function runAction(
  runner: Runner,
  artifacts: Artifacts,
  inputs: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
  event: object = {},
): Promise<Job> {
  const given: Record<string, string> = {};
  const github = {
    event_name: 'pull_request',
    repository: env.GITHUB_REPOSITORY,
    token: 'secret-token',
    event,
  };
  for (const [name, { default: value = '' }] of Object.entries<{ default?: string }>(action.inputs)) {
    given[name] = inputs[name] ?? expand(value, { github });
  }
  const outputs: Record<string, { outputs: Record<string, string> }> = {};
  const ended: Record<string, number> = {};
  let failed = false;
  let log = '';
  const path = runner.file('path', '');
  for (const step of action.runs.steps as Step[]) {
    const context = { inputs: given, steps: outputs, github, failed };
    const condition = step.if ?? 'true';
    const isDue = Boolean(evaluate(condition, context)) && (!failed || /always\(\)/.test(condition));
    if (!isDue) continue;
    const expanded = (values: Readonly<Record<string, string>> = {}) =>
      Object.fromEntries(Object.entries(values).map(([key, value]) => [key, expand(String(value), context)]));
    if (step.uses !== undefined) {
      ended[step.name] = other(step.uses, expanded(step.with), artifacts, env.GITHUB_RUN_ID ?? '');
    } else {
      const output = runner.file('output', '');
      const result = await shell(step.run ?? '', runner.folder, {
        GITHUB_ACTIONS: 'true',
        GITHUB_ACTION_PATH: ROOT,
        GITHUB_OUTPUT: output,
        GITHUB_PATH: path,
        GITHUB_STEP_SUMMARY: join(runner.folder, 'summary'),
        GITHUB_EVENT_PATH: runner.file('event.json', JSON.stringify(event)),
        RUNNER_TEMP: runner.folder,
        ...env,
        ...expanded(step.env),
        PATH: `${readFileSync(path, 'utf8').trim()}:${env.PATH}`,
      });
      log += result.log;
      ended[step.name] = result.code;
      if (step.id !== undefined) outputs[step.id] = { outputs: readOutputs(output) };
    }
    failed ||= ended[step.name] !== 0;
  }
  const context = { inputs: given, steps: outputs, github };
  return {
    conclusion: failed ? 'failure' : 'success',
    steps: ended,
    outputs: Object.fromEntries(
      Object.entries<{ value: string }>(action.outputs).map(([name, { value }]) => [
        name,
        expand(value, context),
      ]),
    ),
    log,
  };
}

function other(uses: string, inputs: Record<string, string>, artifacts: Artifacts, run: string): number {
  const { name = '', path = '' } = inputs;
  if (uses.startsWith('actions/upload-artifact@')) artifacts.store(run, name, path);
  if (uses.startsWith('actions/download-artifact@')) artifacts.fetch(inputs['run-id'] ?? '', name, path);
  return 0;
}

function expand(text: string, context: Context): string {
  return text.replace(/\$\{\{(.*?)\}\}/g, (_, expression: string) =>
    String(evaluate(expression, context) ?? ''),
  );
}

/** GitHub's expressions, as far as the action uses them, are JavaScript's but for names with hyphens and missing ones. */
function evaluate(expression: string, context: Context): unknown {
  const script = expression
    .trim()
    .replace(/\b(inputs|steps|github)((?:\.[\w-]+)+)/g, (_, root: string, path: string) => {
      const keys = path.slice(1).split('.');
      return `at(${JSON.stringify([root, ...keys])})`;
    })
    .replaceAll(' == ', ' === ')
    .replaceAll(' != ', ' !== ');
  const at = (keys: readonly string[]) =>
    keys.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], context) ??
    '';
  return new Function('at', 'always', `return ${script}`)(at, () => true);
}

async function shell(
  script: string,
  cwd: string,
  env: Record<string, string>,
): Promise<{ code: number; log: string }> {
  // `shell: bash` is this, with a file in the place of the text.
  const file = join(cwd, 'script.sh');
  writeFileSync(file, script);
  const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', file], { cwd, env });
  const { code, output } = await endOf(child);
  return { code: code ?? 1, log: output };
}

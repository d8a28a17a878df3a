import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApplyReport, Plan } from '../src/model/index.ts';
import type { Checked } from '../src/workflow/index.ts';
import { applyPlan, check, makePlan } from './built.ts';

const NEVER = new AbortController().signal;

const CONNECTING = {
  timeout: 600_000,
  wait: 0,
  signal: NEVER,
  onWait: () => {},
  now: () => new Date(),
};

/** A project in a temporary folder, with one broker called `main`. */
export class Project {
  readonly folder = mkdtempSync(join(tmpdir(), 'brokerform-bench-'));

  /** @param files topology files by name */
  constructor(broker: object, files: ReadonlyMap<string, string>) {
    const config = { project: 'bench', topologies: ['topologies/*.yaml'], brokers: { main: broker } };
    writeFileSync(join(this.folder, 'brokerform.yaml'), JSON.stringify(config));
    mkdirSync(join(this.folder, 'topologies'));
    for (const [name, text] of files) this.write(name, text);
  }

  /** Adds a topology file, or replaces it. */
  write(name: string, text: string): void {
    writeFileSync(join(this.folder, 'topologies', name), text);
  }

  check(): Checked {
    const checked = check({ directory: this.folder, env: {} });
    const error = checked.diagnostics.find(({ severity }) => severity === 'error');
    if (error) throw new Error(`the benchmark's topology is wrong: ${error.message}`);
    return checked;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function plan(checked: Checked): Promise<Plan> {
  return makePlan(checked, { ...CONNECTING, targets: [], excludes: [], prune: false, allow: [] });
}

/** @throws when a step was not done: such a run must not count */
export async function apply(checked: Checked, made: Plan): Promise<ApplyReport> {
  const report = await applyPlan(checked, made, {
    ...CONNECTING,
    onError: 'stop',
    drain: NEVER,
    abort: NEVER,
  });
  const failed = report.steps.find(({ status }) => status !== 'applied');
  if (failed) throw new Error(`${failed.address} ${failed.status}: ${failed.failure?.message}`);
  return report;
}

/** @throws when the plan has changes: it would not be the plan that is to be measured */
export function expectInSync(made: Plan): void {
  const [step] = made.waves.flat();
  if (step || made.inSync === 0) throw new Error(`not in sync: ${step?.action} ${step?.address}`);
}

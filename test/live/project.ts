import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApplyReport, JsonObject, Plan } from '../../src/model/index.ts';
import { allRules, applyPlan, type Checked, check, makePlan } from '../../src/workflow/index.ts';

const RULES: ReadonlySet<string> = new Set(allRules().map(({ code }) => code));
const NEVER = new AbortController().signal;

/** A project of its own in a temporary folder, driven through the same pipeline as the command line. */
export class LiveProject {
  readonly folder = mkdtempSync(join(tmpdir(), 'brokerform-live-'));
  readonly #config: JsonObject;
  readonly #variables: Record<string, string>;

  constructor(config: JsonObject, variables: Record<string, string> = {}) {
    this.#config = config;
    this.#variables = variables;
  }

  /** Writes the topology, as JSON, which YAML contains, or as the text given. */
  check(topology: JsonObject | string): Checked {
    const text = typeof topology === 'string' ? topology : JSON.stringify(topology);
    writeFileSync(join(this.folder, 'topology.yaml'), text);
    writeFileSync(
      join(this.folder, 'brokerform.yaml'),
      JSON.stringify({ project: 'live', topologies: ['topology.yaml'], ...this.#config }),
    );
    const checked = check({ directory: this.folder, env: this.#variables });
    const broken = checked.diagnostics.filter(
      ({ code, severity }) => severity === 'error' && isMistake(code),
    );
    if (broken.length > 0) throw new Error(JSON.stringify(broken, null, 1));
    return checked;
  }

  plan(checked: Checked, options: Partial<Parameters<typeof makePlan>[1]> = {}): Promise<Plan> {
    return makePlan(checked, {
      targets: [],
      excludes: [],
      prune: false,
      allow: [],
      timeout: 20_000,
      wait: 0,
      signal: NEVER,
      onWait: () => {},
      now: () => new Date(),
      ...options,
    });
  }

  apply(
    checked: Checked,
    plan: Plan,
    options: Partial<Parameters<typeof applyPlan>[2]> = {},
  ): Promise<ApplyReport> {
    return applyPlan(checked, plan, {
      onError: 'stop',
      timeout: 20_000,
      wait: 0,
      signal: NEVER,
      onWait: () => {},
      drain: NEVER,
      abort: NEVER,
      now: () => new Date(),
      ...options,
    });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Errors that keep a topology from being understood; generated ones may well be unwise, which is another matter. */
function isMistake(code: string): boolean {
  return !RULES.has(code);
}

import type { ApplyReport, Plan, Resource } from '../../src/model/index.ts';
import { parsePlan, writePlan } from '../../src/plan/index.ts';
import type { KeptPlan } from '../../src/workflow/recorded.ts';
import { MemoryBroker } from './broker.ts';
import { applyMemory, planMemory } from './run.ts';

/** A way on after a kill: the same plan again (saved or kept), or the command again, which plans anew. */
export type Way = 'same plan' | 'plan again';

/** What a project is about: the state before, what others linked to it, and what is declared by now. */
export interface World {
  readonly before: readonly Resource[];
  readonly foreign: readonly Resource[];
  readonly after: readonly Resource[];
}

const OPTIONS = { prune: true, owns: ['store/box/*'], allow: ['destructive:**'] };

/** A project that works on a memory broker and is killed at chosen calls, with the files that its applies keep. */
export class KilledProject {
  readonly broker = new MemoryBroker();
  readonly #world: World;
  readonly #kept = new Map<Plan, KeptPlan>();
  #saved: Plan | undefined;

  private constructor(world: World) {
    this.#world = world;
  }

  static async open(world: World): Promise<KilledProject> {
    const project = new KilledProject(world);
    const { broker } = project;
    await applyMemory(broker, await planMemory(broker, [...world.before, ...world.foreign]));
    broker.log.length = 0;
    return project;
  }

  get kept(): KeptPlan[] {
    return [...this.#kept.values()];
  }

  plan(): Promise<Plan> {
    return planMemory(this.broker, this.#world.after, { ...OPTIONS, kept: this.kept });
  }

  /** @param calls after which the process is killed; it runs to its end where it makes fewer. */
  async run(way: Way, calls = Number.POSITIVE_INFINITY): Promise<ApplyReport | 'killed'> {
    const plan = way === 'same plan' ? (this.#saved ?? (await this.plan())) : await this.plan();
    this.#saved ??= plan;
    const copy = parsePlan(writePlan(plan));
    this.#kept.set(plan, { file: `unfinished-${this.#kept.size}`, plan: copy });
    if (calls === 0) return 'killed';
    let left = calls;
    let die = () => {};
    const killed = new Promise<'killed'>((resolve) => {
      die = () => resolve('killed');
    });
    this.broker.afterCall = () => {
      left--;
      if (left > 0) return Promise.resolve();
      die();
      return new Promise(() => {});
    };
    const result = await Promise.race([applyMemory(this.broker, copy), killed]);
    this.broker.afterCall = async () => {};
    if (result !== 'killed') this.#kept.delete(plan);
    return result;
  }

  /** The state of the broker, in order. */
  state(): string[] {
    return this.broker
      .resources()
      .map(({ address, spec }) => `${address} ${JSON.stringify(spec)}`)
      .sort();
  }
}

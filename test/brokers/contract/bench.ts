import { applyPlan } from '../../../src/apply/index.ts';
import {
  type Address,
  type ApplyReport,
  addressMatcher,
  type Call,
  indexByAddress,
  kindOf,
  type Outcome,
  type Plan,
  type Provider,
  type Resource,
  type Scope,
  type Session,
} from '../../../src/model/index.ts';
import { buildPlan, findDependents } from '../../../src/plan/index.ts';
import { planBroker } from '../../../src/workflow/broker-plan.ts';
import { targetOf } from '../../../src/workflow/broker-target.ts';
import { look } from '../../../src/workflow/live.ts';
import { type Fixture, PASSWORD } from './fixtures.ts';

const now = () => new Date();

interface Signals {
  readonly drain: AbortController;
  readonly abort: AbortController;
  onOutcome(): void;
}

export interface Wish {
  readonly desired?: readonly Resource[];
  readonly retired?: readonly Address[];
  readonly owns?: readonly string[];
  readonly prune?: boolean;
}

/** Plans and applies through the stages that every broker goes through, all that is destructive allowed. */
export class Bench {
  readonly session: Session;
  readonly #provider: Provider;

  constructor(session: Session, provider: Provider) {
    this.session = session;
    this.#provider = provider;
  }

  /** @param reads what will be read first, if the session is to know */
  static async open({ provider, settings = {} }: Fixture, reads?: Scope): Promise<Bench> {
    const resolve = (text: string) => text.replace('${CONTRACT_PASSWORD}', PASSWORD);
    const connection = {
      name: provider.name,
      type: provider.name,
      settings,
      resolve,
      ...(reads && { reads }),
    };
    return new Bench(await provider.connect({ ...connection, timeout: 20_000 }), provider);
  }

  async plan({ desired = [], retired = [], owns = [], prune = false }: Wish): Promise<Plan> {
    const allow = ['destructive:**', 'disruptive:**'];
    const part = await planBroker({
      ...{ provider: this.#provider, live: this.session, desired, retired, owns, prune, allow, now },
      ...{ targets: [], excludes: [] },
    });
    return buildPlan({
      ...{ tool: 'brokerform test', project: 'contract', environment: undefined },
      ...{ createdAt: now().toISOString(), brokers: [part.broker], steps: [part] },
      rules: { allow, protect: [] },
      ...{ inSync: part.inSync, unmanaged: part.unmanaged, excluded: part.excluded },
    });
  }

  apply(plan: Plan): Promise<ApplyReport> {
    const target = targetOf(this.session, this.#provider, plan, now);
    return applyPlan({
      ...{ plan, targets: new Map([[this.session.broker.name, target]]), onError: 'continue', now },
      ...{ drain: new AbortController().signal, abort: new AbortController().signal },
    });
  }

  /** The calls that make a resource, from nothing. */
  calls(resource: Resource): readonly Call[] {
    const { broker } = this.session;
    const context = { broker, desired: indexByAddress([resource]), live: new Map() };
    const kind = this.#provider.kinds[kindOf(resource.address)];
    if (!kind) throw new Error(`no kind for ${resource.address}`);
    const after = { ...resource, spec: kind.complete(resource, context) };
    return kind.calls({ action: 'create', after }, context, { destructive: false });
  }

  async send(units: readonly (readonly Call[])[], signals: Partial<Signals> = {}): Promise<Outcome[]> {
    const { drain = new AbortController(), abort = new AbortController(), onOutcome } = signals;
    const outcomes: Outcome[] = [];
    const options = { drain: drain.signal, abort: abort.signal };
    for await (const outcome of this.session.send(units, options)) {
      outcomes.push(outcome);
      onOutcome?.();
    }
    return outcomes.sort((a, b) => a.unit - b.unit);
  }

  /** Everything that matches the globs, without what counts by itself. */
  async state(owns: readonly string[]): Promise<unknown> {
    const resources = await this.session.read({ desired: [], retired: [], owns });
    const matchers = owns.map(addressMatcher);
    return resources
      .filter(({ address }) => matchers.some((matches) => matches(address)))
      .map(({ address, spec, dependsOn }) => ({ address, spec, dependsOn }))
      .sort((a, b) => (a.address < b.address ? -1 : 1));
  }

  /** What a read of this scope shows to disappear with a resource: addresses and specs, as a fingerprint has them. */
  async dependents(address: Address, scope: Partial<Scope>): Promise<unknown> {
    const context = await look(this.session, this.#provider, {
      desired: [],
      retired: [],
      owns: [],
      ...scope,
    });
    const dependents = findDependents(context, this.#provider.kinds, new Set([address]))(address);
    return dependents.map(({ address, spec }) => ({ address, spec }));
  }
}

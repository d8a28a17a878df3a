import {
  type Address,
  addTo,
  type BrokerIdentity,
  type Context,
  isSameCluster,
  type Plan,
  type Resource,
} from '../model/index.ts';

/** A plan whose apply did not come to its end, and the file that it was kept in. */
export interface KeptPlan {
  readonly file: string;
  readonly plan: Plan;
}

/** A resource that such an apply took away and was to make again; it may stand in no other file. */
export interface Recorded {
  readonly resource: Resource;
  readonly file: string;
  /** The replaced or deleted resources that it goes down with. */
  readonly takers: readonly Address[];
}

/** What these plans were to make again on this very broker; of several records of one resource, the latest. */
export function recordedOn(kept: readonly KeptPlan[], broker: BrokerIdentity): Recorded[] {
  const records = new Map<Address, Recorded>();
  const byAge = kept.toSorted((a, b) => (a.plan.createdAt < b.plan.createdAt ? -1 : 1));
  for (const { file, plan } of byAge) {
    if (!isMadeFor(plan, broker)) continue;
    const takers = new Map<Address, Address[]>();
    for (const step of plan.waves.flat()) {
      for (const { address, outcome, resource } of step.dependents) {
        if (outcome !== 'recreated' || !address.startsWith(`${broker.name}/`)) continue;
        const { at: _, ...rest } = resource;
        records.set(address, { resource: rest, file, takers: addTo(takers, address, step.address) });
      }
    }
  }
  return [...records.values()];
}

/** Whether the plan was made for this cluster; its version may have changed since. */
export function isMadeFor({ brokers }: Plan, live: BrokerIdentity): boolean {
  return brokers.some((planned) => planned.name === live.name && isSameCluster(planned, live));
}

export interface Recovery {
  readonly missing: readonly Recorded[];
  /** Missing as well, and so is its dependency, which is not declared. */
  readonly waiting: readonly Recorded[];
}

/** The unresolved records: neither live, nor declared, nor retired. */
export function recoveryOf(
  records: readonly Recorded[],
  { desired, live }: Pick<Context, 'desired' | 'live'>,
  retired: readonly Address[],
): Recovery {
  const settled = new Set(retired);
  const open = records.filter(
    ({ resource: { address } }) => !live.has(address) && !desired.has(address) && !settled.has(address),
  );
  const isThere = (address: Address) => live.has(address) || desired.has(address);
  return {
    missing: open.filter(({ takers }) => takers.every(isThere)),
    waiting: open.filter(({ takers }) => !takers.every(isThere)),
  };
}

import { brokerOf, indexByAddress } from '../model/index.ts';
import type { Checked } from './check.ts';
import { isMadeFor, type KeptPlan, recordedOn, recoveryOf } from './recorded.ts';
import { closeSessions, type OpenOptions, openSessions } from './sessions.ts';

/**
 * The files of kept plans that are of no use any more: all that they record is live again, declared or retired. Asks
 * the brokers, and changes nothing. A plan that was made for another cluster is never settled here.
 * @throws ConnectionError, BrokerError, MissingVariable
 */
export async function settledFiles(
  checked: Checked,
  kept: readonly KeptPlan[],
  options: OpenOptions & { readonly timeout: number },
): Promise<string[]> {
  const names = new Set(kept.flatMap(({ plan }) => plan.brokers.map(({ name }) => name)));
  const brokers = [...checked.brokers.values()].filter(({ name }) => names.has(name));
  const sessions = await openSessions(
    brokers.map(({ provider, connect }) => ({ provider, connection: connect(options.timeout) })),
    options,
  );
  try {
    const open = new Set<string>();
    for (const { name, desired, retired } of brokers) {
      const session = sessions.get(name);
      if (!session) continue;
      const records = recordedOn(kept, session.broker);
      const live = await session.read({
        desired: records.map(({ resource }) => resource),
        retired: records.flatMap(({ takers }) => takers),
        owns: [],
      });
      const context = { desired: indexByAddress(desired), live: indexByAddress(live) };
      const { missing, waiting } = recoveryOf(records, context, retired);
      // An older file may hold another record of the same resource.
      const left = new Set([...missing, ...waiting].map(({ resource }) => resource.address));
      for (const { file, plan } of kept) {
        const own = plan.waves.flat().flatMap(({ dependents }) => dependents);
        if (own.some(({ address }) => left.has(address))) open.add(file);
      }
    }
    const isKnown = ({ plan }: KeptPlan) =>
      plan.brokers.every((planned) => {
        const session = sessions.get(planned.name);
        const records = plan.waves
          .flat()
          .some(({ address, dependents }) => brokerOf(address) === planned.name && dependents.length > 0);
        return !records || (session !== undefined && isMadeFor(plan, session.broker));
      });
    return kept.filter((one) => isKnown(one) && !open.has(one.file)).map(({ file }) => file);
  } finally {
    await closeSessions(sessions.values());
  }
}

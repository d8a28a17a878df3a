import type { BrokerIdentity } from '../model/index.ts';
import type { Checked } from './check.ts';
import { type OpenOptions, withSession } from './sessions.ts';

/**
 * Waits until every broker of the project answers. @returns what each says that it is
 * @throws the error of the broker that does not answer; an AggregateError for several
 */
export async function waitForBrokers(
  checked: Checked,
  options: OpenOptions & { readonly timeout: number },
): Promise<BrokerIdentity[]> {
  const settled = await Promise.allSettled(
    [...checked.configured.values()].map((broker) =>
      withSession(broker, options, async (session) => session.broker),
    ),
  );
  const errors = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  if (errors.length > 1) throw new AggregateError(errors, `${errors.length} brokers failed`);
  if (errors.length === 1) throw errors[0];
  return settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

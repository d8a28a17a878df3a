import type { BrokerIdentity } from '../model/index.ts';
import type { Checked } from './check.ts';
import { type OpenOptions, ofAllBrokers, withSession } from './sessions.ts';

/**
 * Waits until every broker of the project answers. @returns what each says that it is
 * @throws the error of the broker that does not answer; an AggregateError for several
 */
export function waitForBrokers(
  checked: Checked,
  options: OpenOptions & { readonly timeout: number },
): Promise<BrokerIdentity[]> {
  return ofAllBrokers(
    [...checked.configured.values()].map((broker) =>
      withSession(broker, options, async (session) => session.broker),
    ),
  );
}

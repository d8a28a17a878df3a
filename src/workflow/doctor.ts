import {
  BrokerError,
  type BrokerIdentity,
  type Check,
  ConnectionError,
  type Examined,
} from '../model/index.ts';
import type { Checked, DeclaredBroker } from './check.ts';
import { type OpenOptions, ofAllBrokers, withSession } from './sessions.ts';

/** Examines every broker of the project, all at once. A broker that is not reached is a check that failed. */
export function doctor(
  checked: Checked,
  options: OpenOptions & { readonly timeout: number },
): Promise<Examined[]> {
  return Promise.all(
    [...checked.configured.values()].map(async (broker) => ({
      broker: broker.name,
      type: broker.provider.name,
      checks: await diagnose(broker, options),
    })),
  );
}

async function diagnose(
  broker: DeclaredBroker,
  options: OpenOptions & { readonly timeout: number },
): Promise<Check[]> {
  try {
    return await withSession(broker, options, (session) => session.diagnose());
  } catch (error) {
    if (!(error instanceof ConnectionError) && !(error instanceof BrokerError)) throw error;
    const hint = error instanceof ConnectionError ? error.hint : error.failure.hint;
    return [{ name: 'connection', ok: false, text: error.message, ...(hint !== undefined && { hint }) }];
  }
}

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

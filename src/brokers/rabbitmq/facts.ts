import type { BrokerIdentity } from '../../model/index.ts';

/** What a session puts into `BrokerIdentity.facts`. */
export type RabbitFacts = {
  /** The user that we are connected as: never deleted. */
  readonly user?: string;
  /** Vhosts that this user may see. */
  readonly vhosts?: readonly string[];
  /** Types of exchanges that the broker has, those of its plug-ins among them. */
  readonly exchangeTypes?: readonly string[];
  /** By vhost, where the broker tells one. */
  readonly defaultQueueTypes?: Readonly<Record<string, string>>;
  /** Not a live broker, but a definitions file: whether secrets match the declaration is unknown. */
  readonly fromFile?: boolean;
};

/** They come from a session of this provider, or from a plan that one made. */
export function factsOf(broker: Pick<BrokerIdentity, 'facts'>): RabbitFacts {
  return broker.facts as RabbitFacts;
}

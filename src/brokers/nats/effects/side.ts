import { type BrokerIdentity, isObject, type Resource } from '../../../model/index.ts';
import { stringsIn } from '../fields/values.ts';
import { copiesIn, originsOf } from '../kinds/addresses.ts';
import { type Account, accountOf } from '../routing/account.ts';
import { flowOf } from '../routing/flow.ts';
import { type Summary, summarize } from '../routing/summary.ts';

/** Stops of all messages that are followed; a topology of 10,000 streams has far fewer. */
const MOST = 50_000;

/** One of the two topologies that are compared, and where messages go in it. */
export class Side {
  readonly account: Account;
  readonly #summaries = new Map<string, Summary>();
  readonly #captures = new Map<string, readonly string[]>();
  readonly #inlets = new Map<string, readonly string[] | undefined>();
  #stops = 0;

  constructor(resources: readonly Resource[], broker: BrokerIdentity) {
    this.account = accountOf({ resources, broker });
  }

  /** Where a message goes; undefined once too many were followed. */
  goes(subject: string): Summary | undefined {
    const known = this.#summaries.get(subject);
    if (known || this.#stops > MOST) return known;
    const flow = flowOf(this.account, { subject, headers: {} });
    this.#stops += flow.stops.size;
    const summary = summarize(flow);
    this.#summaries.set(subject, summary);
    return summary;
  }

  /** Names of the streams that store a message, those that copy it not included. */
  captures(subject: string): readonly string[] {
    const known = this.#captures.get(subject);
    if (known) return known;
    const streams = this.account.storing(subject.split('.')).map(({ stream }) => stream.name);
    this.#captures.set(subject, streams.sort());
    return streams;
  }

  /**
   * The subjects by which messages come to a stream, from publishers and from the streams that it copies; undefined if
   * some are not declared here.
   */
  inlets(name: string): readonly string[] | undefined {
    if (!this.#inlets.has(name)) this.#inlets.set(name, this.#findInlets(name));
    return this.#inlets.get(name);
  }

  #findInlets(name: string): readonly string[] | undefined {
    const found = new Set<string>();
    const seen = new Set([name]);
    // Origins of origins are added while it goes on.
    for (const one of seen) {
      const resource = this.account.streams.get(one)?.resource;
      if (!resource) return undefined;
      if (copiesIn(resource.spec).some(({ external }) => isObject(external))) return undefined;
      for (const subject of stringsIn(resource.spec.subjects)) found.add(subject);
      for (const origin of originsOf(resource.spec)) seen.add(origin);
    }
    return [...found];
  }
}

const ANY = 'any-token';

/** A literal subject for a pattern, with an unused token for each wildcard. */
export function sampleOf(pattern: string): string {
  return pattern
    .split('.')
    .map((token) => (token === '*' || token === '>' ? ANY : token))
    .join('.');
}

/** A subject that was made of a sample. */
export function patternOf(subject: string): string {
  return subject.replaceAll(ANY, '*');
}

/** A number of streams with some consumers each, said once for brokerform and once for the raw client. */
export interface StreamTopology {
  readonly streams: readonly ConsumedStream[];
}

interface ConsumedStream {
  readonly name: string;
  readonly subject: string;
  /** Nanoseconds. */
  readonly maxAge: number;
  readonly consumers: readonly FilteredConsumer[];
}

interface FilteredConsumer {
  readonly name: string;
  readonly filter: string;
}

/** Streams that one team has, in one file. */
const TEAM = 1000;

/** @param consumers of each stream */
export function streamTopology(streams: number, consumers = 1): StreamTopology {
  return {
    streams: Array.from({ length: streams }, (_, i) => ({
      name: `ORDERS_${i}`,
      subject: `orders.${i}.>`,
      maxAge: 604_800_000_000_000,
      consumers: Array.from({ length: consumers }, (_, k) => ({
        name: `processor_${k}`,
        filter: `orders.${i}.created.${k}`,
      })),
    })),
  };
}

/** Topology files by name, one a team, written as a person would write them. */
export function toFiles({ streams }: StreamTopology): Map<string, string> {
  const teams = Array.from({ length: Math.ceil(streams.length / TEAM) }, (_, i) =>
    streams.slice(i * TEAM, (i + 1) * TEAM),
  );
  return new Map(
    teams.map((own, i) => [`team-${i}.yaml`, `nats:\n  streams:\n${own.map(streamText).join('')}`]),
  );
}

function streamText({ name, subject, consumers }: ConsumedStream): string {
  return [
    `    ${name}:`,
    `      subjects: [${subject}]`,
    '      max_age: 7d',
    '      consumers:',
    ...consumers.map((one) => `        ${one.name}: { filter_subject: ${one.filter} }`),
    '',
  ].join('\n');
}

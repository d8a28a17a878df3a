/** A number of streams with one consumer each, said once for brokerform and once for the raw client. */
export interface StreamTopology {
  readonly streams: readonly ConsumedStream[];
}

interface ConsumedStream {
  readonly name: string;
  readonly subject: string;
  /** Nanoseconds. */
  readonly maxAge: number;
  readonly consumer: string;
  readonly filter: string;
}

/** Streams that one team has, in one file. */
const TEAM = 1000;

export function streamTopology(streams: number): StreamTopology {
  return {
    streams: Array.from({ length: streams }, (_, i) => ({
      name: `ORDERS_${i}`,
      subject: `orders.${i}.>`,
      maxAge: 604_800_000_000_000,
      consumer: 'processor',
      filter: `orders.${i}.created`,
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

function streamText({ name, subject, consumer, filter }: ConsumedStream): string {
  return [
    `    ${name}:`,
    `      subjects: [${subject}]`,
    '      max_age: 7d',
    '      consumers:',
    `        ${consumer}: { filter_subject: ${filter} }`,
    '',
  ].join('\n');
}

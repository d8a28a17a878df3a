/** A number of queues with one binding each, said once for brokerform and once for the raw client. */
export interface QueueTopology {
  readonly exchanges: readonly string[];
  readonly queues: readonly BoundQueue[];
}

interface BoundQueue {
  readonly name: string;
  readonly maxLength: number;
  readonly exchange: string;
  readonly routingKey: string;
}

/** Queues that one team has, in one file, bound to one exchange. */
const TEAM = 1000;

export function queueTopology(queues: number): QueueTopology {
  const teams = Math.ceil(queues / TEAM);
  return {
    exchanges: Array.from({ length: teams }, (_, team) => `events-${team}`),
    queues: Array.from({ length: queues }, (_, i) => ({
      name: `orders-${i}`,
      maxLength: 100_000,
      exchange: `events-${Math.floor(i / TEAM)}`,
      routingKey: `order.${i}.#`,
    })),
  };
}

/** Topology files by name, one a team, written as a person would write them. */
export function toFiles({ exchanges, queues }: QueueTopology, vhost: string): Map<string, string> {
  return new Map(
    exchanges.map((exchange) => {
      const head = [
        `# Everything of ${exchange}.`,
        'rabbitmq:',
        `  vhost: ${vhost}`,
        '  exchanges:',
        `    ${exchange}: { type: topic }`,
        '',
        '  queues:',
      ];
      const own = queues.filter((queue) => queue.exchange === exchange).flatMap(queueLines);
      return [`${exchange}.yaml`, `${[...head, ...own].join('\n')}\n`];
    }),
  );
}

function queueLines({ name, maxLength, exchange, routingKey }: BoundQueue): string[] {
  return [
    `    ${name}:`,
    `      max-length: ${maxLength}`,
    '      bindings:',
    `        - { from: ${exchange}, key: "${routingKey}" }`,
  ];
}

/** The same with an anchor and an alias in each file, for which the full YAML parser is needed. */
export function withAnchors(files: ReadonlyMap<string, string>): Map<string, string> {
  return new Map(
    [...files].map(([name, text]) => [
      name,
      text
        .replace('max-length: 100000', 'max-length: &most 100000')
        .replaceAll('max-length: 100000', 'max-length: *most'),
    ]),
  );
}

import type { KafkaRecord, RecordHeader } from '../protocol/records.ts';

/** How one framework says in headers of a dead letter where it came from. */
interface Convention {
  readonly name: string;
  readonly topic: string;
  readonly partition?: string;
  readonly offset?: string;
  /** The first one that is there is the reason. */
  readonly reason: readonly string[];
  /** Beginnings of the names of its headers, which a copy does not get. */
  readonly own: readonly string[];
  /** The headers alone are sure to be there: the record itself is read from its topic. */
  readonly isReference?: boolean;
}

/** In the order in which they are looked for: of two, the one that knows the first topic of a chain of retries. */
const CONVENTIONS: readonly Convention[] = [
  // KIP-1191, since 4.4: a share group's own dead-letter topic. Original headers are never copied, the rest on request.
  {
    name: 'share group',
    topic: '__dlq.errors.topic',
    partition: '__dlq.errors.partition',
    offset: '__dlq.errors.offset',
    reason: ['__dlq.errors.message'],
    own: ['__dlq.errors.'],
    isReference: true,
  },
  // https://docs.confluent.io/platform/current/connect/concepts.html#dead-letter-queues; KIP-298
  {
    name: 'Kafka Connect',
    topic: '__connect.errors.topic',
    partition: '__connect.errors.partition',
    offset: '__connect.errors.offset',
    reason: ['__connect.errors.exception.class.name', '__connect.errors.stage'],
    own: ['__connect.errors.'],
  },
  // KIP-1034, since 4.2
  {
    name: 'Kafka Streams',
    topic: '__streams.errors.topic',
    partition: '__streams.errors.partition',
    offset: '__streams.errors.offset',
    reason: ['__streams.errors.exception'],
    own: ['__streams.errors.'],
  },
  // Spring Kafka, @RetryableTopic: the first topic, not that of the last retry
  {
    name: 'Spring Kafka retry topics',
    topic: 'kafka_original-topic',
    partition: 'kafka_original-partition',
    offset: 'kafka_original-offset',
    reason: ['kafka_exception-cause-fqcn', 'kafka_exception-fqcn', 'kafka_dlt-exception-fqcn'],
    own: ['kafka_original-', 'kafka_exception-', 'kafka_dlt-', 'retry_topic-'],
  },
  // Spring Kafka, DeadLetterPublishingRecoverer
  {
    name: 'Spring Kafka',
    topic: 'kafka_dlt-original-topic',
    partition: 'kafka_dlt-original-partition',
    offset: 'kafka_dlt-original-offset',
    reason: ['kafka_dlt-exception-cause-fqcn', 'kafka_dlt-exception-fqcn'],
    own: ['kafka_dlt-'],
  },
  // Spring Cloud Stream, enableDlq
  {
    name: 'Spring Cloud Stream',
    topic: 'x-original-topic',
    partition: 'x-original-partition',
    offset: 'x-original-offset',
    reason: ['x-exception-fqcn', 'x-exception-message'],
    own: ['x-original-', 'x-exception-'],
  },
  // SmallRye Reactive Messaging (Quarkus), failure-strategy=dead-letter-queue
  {
    name: 'SmallRye',
    topic: 'dead-letter-topic',
    partition: 'dead-letter-partition',
    offset: 'dead-letter-offset',
    reason: ['dead-letter-exception-class-name', 'dead-letter-reason'],
    own: ['dead-letter-'],
  },
  // Watermill, middleware.PoisonQueue
  {
    name: 'Watermill',
    topic: 'topic_poisoned',
    reason: ['reason_poisoned'],
    own: ['topic_poisoned', 'reason_poisoned', 'handler_poisoned', 'subscriber_poisoned'],
  },
];

/** Where a dead letter came from, as its headers say. */
export interface Provenance {
  readonly topic: string;
  readonly partition?: number;
  readonly offset?: number;
  readonly reason?: string;
  readonly isReference: boolean;
}

const MAX_REASON = 200;
/** Longer values are no names or numbers. */
const MAX_VALUE = 4096;

/** How often a record was redriven, and by which run. */
const MARK = 'Brokerform-Redrive';
/** When the dead letter was written, in epoch milliseconds: a copy is from now, as retention goes by the time. */
const TIMESTAMP = 'Brokerform-Timestamp';

/** The last header of a name as text, as consumers read it. */
export function textIn(headers: readonly RecordHeader[], name: string): string | undefined {
  const value = headers.findLast((header) => header.name === name)?.value;
  return value?.subarray(0, MAX_VALUE).toString('utf8');
}

/** Numbers are decimal text, or the bytes of an int or a long, as Spring writes them. */
function numberIn(headers: readonly RecordHeader[], name: string | undefined): number | undefined {
  const value = name === undefined ? undefined : headers.findLast((header) => header.name === name)?.value;
  if (!value) return undefined;
  const text = value.subarray(0, 20).toString('latin1');
  if (/^\d{1,15}$/.test(text)) return Number(text);
  if (value.length === 4) return positive(value.readInt32BE());
  return value.length === 8 ? positive(Number(value.readBigInt64BE())) : undefined;
}

function positive(value: number): number | undefined {
  return value >= 0 && value <= Number.MAX_SAFE_INTEGER ? value : undefined;
}

/** Undefined if no convention that is known says where it came from. */
export function provenanceOf(headers: readonly RecordHeader[]): Provenance | undefined {
  for (const { topic: name, partition, offset, reason, isReference = false } of CONVENTIONS) {
    const topic = textIn(headers, name);
    if (topic === undefined || topic === '') continue;
    const [index, at] = [numberIn(headers, partition), numberIn(headers, offset)];
    const [why] = reason.flatMap((one) => textIn(headers, one) ?? []);
    return {
      ...{ topic, isReference },
      ...(index !== undefined && { partition: index }),
      ...(at !== undefined && { offset: at }),
      ...(why !== undefined && { reason: why.slice(0, MAX_REASON) }),
    };
  }
  return undefined;
}

export function redrivenOf(headers: readonly RecordHeader[]): number {
  return Number(/^\d{1,9}/.exec(textIn(headers, MARK) ?? '')?.[0] ?? 0);
}

/** The headers that the record had before it died, and our mark. */
export function copyHeaders(
  { headers, timestamp }: KafkaRecord,
  diedAt: number,
  run: string,
): RecordHeader[] {
  const added = [MARK, TIMESTAMP, ...CONVENTIONS.flatMap(({ own }) => own)];
  const first = textIn(headers, TIMESTAMP) ?? String(timestamp < 0 ? diedAt : timestamp);
  return [
    ...headers.filter(({ name }) => !added.some((own) => name.startsWith(own))),
    { name: MARK, value: Buffer.from(`${redrivenOf(headers) + 1}; run=${run}`) },
    { name: TIMESTAMP, value: Buffer.from(first) },
  ];
}

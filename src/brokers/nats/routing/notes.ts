import { formatCount, formatDuration, type Json, type JsonObject, toBigInt } from '../../../model/index.ts';
import { numberIn } from '../fields/values.ts';
import { sizeText } from '../format.ts';
import { ADVISORY, type ConsumerStop, type Stop, type StreamStop } from './flow.ts';

/** What happens to a message in a stream, beside going on to others. */
export function streamNotes({ stream, subject, fate, why, isAdvisory }: StreamStop): string[] {
  const { spec } = stream.resource;
  if (fate === 'refused') return [`refused: ${why}`];
  if (fate === 'unwanted') return [`not stored: ${why}`];
  return [
    ...(subject ? [] : ['a random number decides its subject: not followed any further']),
    ...(subject?.includes('') ? ['its subject has an empty token, which filters may overlook'] : []),
    ...(fate === 'passing' ? ['deleted once it is copied: no consumer keeps it here'] : []),
    ...(isAdvisory ? [] : limitNotes(spec)),
  ];
}

/** Limits at which it is refused. */
function limitNotes(spec: JsonObject): string[] {
  const size = numberIn(spec.max_msg_size);
  return [
    ...(size > 0n ? [`refused if it is larger than ${sizeText(size)}`] : []),
    ...(spec.discard === 'new' ? fullNotes(spec) : []),
  ];
}

function fullNotes(spec: JsonObject): string[] {
  const limits = [
    ...limit(spec.max_msgs, (count) => `${formatCount(count)} messages`),
    ...limit(spec.max_bytes, sizeText),
    ...(spec.discard_new_per_subject === true
      ? limit(spec.max_msgs_per_subject, (count) => `${formatCount(count)} messages on its subject`)
      : []),
  ];
  return limits.length > 0 ? [`refused while the stream holds ${limits.join(', or ')}`] : [];
}

function limit(value: Json | undefined, text: (limit: bigint) => string): string[] {
  const most = numberIn(value);
  return most > 0n ? [text(most)] : [];
}

/** What becomes of a message that the consumer does not acknowledge. */
export function consumerNotes(stop: ConsumerStop, shown: ReadonlyMap<string, Stop>): string[] {
  const { spec } = stop.consumer.resource;
  const stored = stop.hops.some(
    ({ via, to }) => via.type === 'push' && (shown.get(to)?.hops.length ?? 0) > 0,
  );
  const isAcknowledged = spec.ack_policy !== 'none';
  return [
    ...(typeof spec.pause_until === 'string' ? [`paused until ${spec.pause_until}`] : []),
    ...(spec.deliver_policy === 'by_start_sequence'
      ? [`only from sequence ${toBigInt(spec.opt_start_seq)} on`]
      : []),
    ...(spec.headers_only === true ? ['headers only'] : []),
    ...(stop.isAdvisory ? [] : isAcknowledged ? redelivery(stop) : ['given once, without acknowledgement']),
    ...(stored && isAcknowledged ? ['no stream acknowledges it: each delivery is stored again'] : []),
  ];
}

function redelivery({ stream, consumer, hops }: ConsumerStop): string[] {
  const { spec } = consumer.resource;
  const most = toBigInt(spec.max_deliver) ?? -1n;
  const backoff = Array.isArray(spec.backoff) ? spec.backoff : [];
  const delays = backoff.length > 0 ? backoff : [spec.ack_wait ?? 0];
  const again = (retries: bigint) => {
    const first = delays.slice(0, -1).slice(0, Number(retries));
    const last = delays.at(-1);
    const texts = first.map(delayText);
    if (retries > BigInt(first.length)) {
      const word = retries === BigInt(first.length) + 1n ? '' : 'every ';
      texts.push(`${word}${delayText(last)}`);
    }
    return texts.length === 1 && texts[0]?.startsWith('every') ? texts[0] : `after ${texts.join(', ')}`;
  };
  if (most < 1n) return [`not acknowledged: given again ${again(BigInt(delays.length) + 1n)}`];
  const advised = hops.some(({ via }) => via.type === 'advisory');
  const end = `it stays in ${stream.name}, and is not given again`;
  return [
    most === 1n
      ? `not acknowledged: ${end}`
      : `not acknowledged: given again ${again(most - 1n)}, ${formatCount(most)} times in all; then ${end}`,
    ...(advised
      ? []
      : [`no stream stores the advisory of that, on ${ADVISORY}.${stream.name}.${consumer.name}`]),
  ];
}

function delayText(delay: Json | undefined): string {
  return formatDuration(delay ?? 0, 'ns') ?? '?';
}

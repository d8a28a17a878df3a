import { canonicalJson } from '../../../../model/index.ts';
import type { Account } from '../../routing/account.ts';
import { hasHeader } from '../../routing/fate.ts';
import { type Flow, flowOf, LONGEST } from '../../routing/flow.ts';
import type { Asked } from '../../routing/route.ts';
import { tokensOf } from '../../routing/subject.ts';
import { isEndless, type Summary, summarize } from '../../routing/summary.ts';
import type { Scratch } from './scratch.ts';
import type { Traces } from './watch.ts';

/*
 * What the router says of a test, and what a server did with its message.
 */

/** Whether streams and push consumers have all that they are to have. Pull consumers get it when they ask for it. */
export function isAllThere(
  { delivered, subjects }: Summary,
  traces: Traces,
  { streams }: Pick<Account, 'streams'>,
): boolean {
  const isPushed = (name: string) => {
    const [stream = '', consumer] = name.split('/');
    const found = streams.get(stream)?.consumers.find((one) => one.name === consumer);
    return typeof found?.resource.spec.deliver_subject === 'string';
  };
  return (
    [...delivered].every((name) => traces.delivered.has(name) || !isPushed(name)) &&
    [...subjects].every(([stream, wanted]) => {
      const found = traces.stored.get(stream);
      return found !== undefined && [...wanted].every((subject) => subject === null || found.has(subject));
    })
  );
}

/** What is judged. */
export function observed(
  { account, message, flow }: Asked,
  expected: Summary,
  { stored, delivered }: Traces,
  refusal: string | undefined,
): Summary {
  const lost = new Map(expected.lost);
  if (refusal !== undefined) {
    for (const { stream } of account.storing(tokensOf(message.subject)))
      lost.set(stream.name, { fate: 'refused', why: refusal });
  }
  // It is still there, or not any more: that is a matter of moments.
  const passing = passingIn(flow);
  const subjects = new Map([...stored].filter(([name]) => !passing.has(name)));
  const none = new Set<string>();
  return {
    stored: new Set(subjects.keys()),
    perhapsStored: none,
    delivered,
    perhapsDelivered: none,
    subjects,
    lost,
  };
}

/** Streams that delete the message as soon as it is copied, and do not get it in another way. */
function passingIn({ stops }: Flow): Set<string> {
  const streams = [...stops.values()].flatMap((stop) => (stop.type === 'stream' ? [stop] : []));
  const kept = new Set(streams.flatMap(({ fate, stream }) => (fate === 'stored' ? [stream.name] : [])));
  return new Set(
    streams.flatMap(({ fate, stream: { name } }) => (fate === 'passing' && !kept.has(name) ? [name] : [])),
  );
}

/** Why the server cannot be asked in a copy; undefined where it can. @param copy the account of the copy */
export function reasonToSkip(
  { message, flow }: Asked,
  summary: Summary,
  copy: Account,
  scratch: Scratch,
): string | undefined {
  if (isEndless(flow) || flow.cut > 0) return 'the message would be stored without end';
  if (hasHeader(message.headers, 'Nats-Schedule')) return 'the server publishes a scheduled message later';
  const there = scratch.message(message);
  if (Buffer.byteLength(there.subject) > LONGEST - ROOM)
    return 'its subject is too long for a copy, whose subjects have a prefix';
  const original = (name: string) => scratch.originals.get(name) ?? name;
  const same = (name: string) => name;
  const differs =
    textOf(summarize(flowOf(copy, there)), original, (subject) => scratch.original(subject) ?? '') !==
    textOf(summary, same, same);
  return differs
    ? 'a transform of all tokens does something else in a copy, whose subjects have a prefix'
    : undefined;
}

/** Bytes of a line of the protocol beside its subject. */
const ROOM = 200;

/** What a summary says, under the names of the originals. */
function textOf(
  { stored, perhapsStored, delivered, perhapsDelivered, subjects }: Summary,
  original: (name: string) => string,
  subjectOf: (subject: string) => string,
): string {
  const all = (names: Iterable<string>) =>
    Array.from(names, (name) =>
      name
        .split('/')
        .map((part, i) => (i === 0 ? original(part) : part))
        .join('/'),
    ).sort();
  const under = [...subjects].map(([name, own]) => [
    original(name),
    Array.from(own, (subject) => (subject === null ? '<random>' : subjectOf(subject))).sort(),
  ]);
  return canonicalJson([
    ...[stored, perhapsStored, delivered, perhapsDelivered].map(all),
    Object.fromEntries(under),
  ]);
}

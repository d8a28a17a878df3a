import type { Flow, Stop, StreamStop } from './flow.ts';
import { subjectText } from './subject.ts';

/** What counts of where a message goes: the streams that keep it, and the consumers that receive it. */
export interface Summary {
  /** By name; the message goes there whatever a random number is. */
  readonly stored: ReadonlySet<string>;
  /** Streams where a random number decides. */
  readonly perhapsStored: ReadonlySet<string>;
  /** `STREAM/consumer`. */
  readonly delivered: ReadonlySet<string>;
  readonly perhapsDelivered: ReadonlySet<string>;
  /** The subjects of its copies, by stream; null where a random number decides. */
  readonly subjects: ReadonlyMap<string, ReadonlySet<string | null>>;
  /** Streams that it comes to, and that do not keep it. */
  readonly lost: ReadonlyMap<string, Pick<StreamStop, 'fate' | 'why'>>;
}

/** Advisories are other messages, and do not count. */
export function summarize({ stops, certain }: Flow): Summary {
  const [stored, perhapsStored] = [new Set<string>(), new Set<string>()];
  const [delivered, perhapsDelivered] = [new Set<string>(), new Set<string>()];
  const subjects = new Map<string, Set<string | null>>();
  const lost = new Map<string, StreamStop>();
  for (const stop of stops.values()) {
    if (stop.isAdvisory) continue;
    const isCertain = certain.has(stop.id);
    if (stop.type === 'consumer') {
      (isCertain ? delivered : perhapsDelivered).add(consumerText(stop));
    } else if (stop.type === 'stream') {
      const { name } = stop.stream;
      if (stop.fate !== 'stored') {
        lost.set(name, stop);
        continue;
      }
      (isCertain ? stored : perhapsStored).add(name);
      const found = subjects.get(name) ?? new Set();
      subjects.set(name, found.add(subjectOf(stop)));
    }
  }
  for (const name of stored) perhapsStored.delete(name);
  for (const name of delivered) perhapsDelivered.delete(name);
  return { stored, perhapsStored, delivered, perhapsDelivered, subjects, lost };
}

function subjectOf({ subject }: StreamStop): string | null {
  return subject && !subject.includes(null) ? subjectText(subject) : null;
}

export function consumerText({ stream, consumer }: Extract<Stop, { type: 'consumer' }>): string {
  return `${stream.name}/${consumer.name}`;
}

/** True for a message that comes back to where it was, so that it is stored without end. */
export function isEndless({ stops, grows }: Flow): boolean {
  if (grows) return true;
  const done = new Set<string>();
  const open = new Set<string>();
  // A stack of its own: chains of streams may be long.
  const path: { id: string; next: number }[] = [];
  const enter = (id: string) => {
    open.add(id);
    path.push({ id, next: 0 });
  };
  for (const id of stops.keys()) {
    if (!done.has(id)) enter(id);
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const to = stops.get(top.id)?.hops[top.next++]?.to;
      if (to === undefined) {
        open.delete(top.id);
        done.add(top.id);
        path.pop();
      } else if (open.has(to)) {
        if (stops.get(to)?.isAdvisory === false) return true;
      } else if (!done.has(to)) enter(to);
    }
  }
  return false;
}

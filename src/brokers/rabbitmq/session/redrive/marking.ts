import { CHANNEL } from '../move/connection.ts';
import { longText, shortText, uint32, uint64 } from '../move/frames.ts';
import { COUNTS, type MessageHeader, withEntries } from '../move/message-headers.ts';
import { MARK, type Origin } from './letters.ts';

export interface Mark {
  /** How often the message has been redriven with this time. */
  readonly count: number;
  readonly run: string;
  /** Of the message in its run. */
  readonly number: number;
  /** Epoch milliseconds. */
  readonly time: number;
  /** The queue that it was a dead letter in. */
  readonly from: string;
  readonly origin?: Origin;
}

/**
 * What the broker and a redrive before wrote. A consumer that counts deaths would give the message up at once, and 3.10
 * takes over deaths that clients publish; the mark keeps the last ones.
 */
const DEATHS = /^x-death$|^x-(?:first|last)-death-(?:queue|reason|exchange)$/;

/** The broker would route a copy to each key in it. */
const CC = 'CC';

/** Bytes of a content header above which it goes without the deaths: it must fit into one frame. */
const LONG = 64 * 1024;

/**
 * The content header of a message that is redriven: marked, without the traces of its deaths. All else stays as it is,
 * byte by byte.
 * @param cc further routing keys
 */
export function marked(content: MessageHeader, mark: Mark, cc: readonly string[] = []): Buffer {
  const { entries } = content;
  const deaths = entries.find(({ key }) => key === 'x-death')?.value;
  const kept = entries.filter(({ key }) => !isTrace(key)).map(({ bytes }) => bytes);
  const added = cc.length > 0 ? [entry(CC, listOf(cc))] : [];
  const isShort = content.payload.length + (deaths?.length ?? 0) < LONG;
  const cause = deaths && isShort ? [entry('deaths', deaths)] : [];
  const { count, run, number, time, from, origin } = mark;
  const fields = Buffer.concat([
    entry('count', typed('I', uint32(count))),
    entry('run', textOf(run)),
    entry('number', typed('l', uint64(number))),
    entry('time', typed('T', uint64(Math.floor(time / 1000)))),
    entry('from', textOf(from)),
    ...(origin
      ? [entry('exchange', textOf(origin.exchange)), entry('routing-keys', listOf(origin.keys))]
      : []),
    ...cause,
  ]);
  const table = entry(MARK, typed('F', Buffer.concat([uint32(fields.length), fields])));
  return withEntries(CHANNEL, content, [...kept, ...added, table]);
}

/** The content header of a message that is published to its own queue again, where its deliveries count anew. */
export function renewed(content: MessageHeader): Buffer {
  const kept = content.entries.filter(({ key }) => !COUNTS.has(key) && key !== CC);
  return withEntries(
    CHANNEL,
    content,
    kept.map(({ bytes }) => bytes),
  );
}

function isTrace(key: string): boolean {
  return key === MARK || key === CC || COUNTS.has(key) || DEATHS.test(key);
}

function entry(key: string, value: Buffer): Buffer {
  return Buffer.concat([shortText(key), value]);
}

function typed(type: string, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from(type), value]);
}

function textOf(value: string): Buffer {
  return typed('S', longText(value));
}

function listOf(texts: readonly string[]): Buffer {
  const items = Buffer.concat(texts.map(textOf));
  return typed('A', Buffer.concat([uint32(items.length), items]));
}

import {
  type BrokerIdentity,
  EffectCollector,
  type Effects,
  listed,
  type Resource,
} from '../../../model/index.ts';
import { commonSubject, isWithin } from '../fields/subjects.ts';
import { objectsIn, stringsIn } from '../fields/values.ts';
import { copiesIn } from '../kinds/addresses.ts';
import type { Consumer, Stream } from '../routing/account.ts';
import { patternOf, Side, sampleOf } from './side.ts';

/** Comparisons of what becomes of one subject in one stream or consumer: a second or so. */
const MOST = 20_000;

interface Scope {
  readonly then: Side;
  readonly now: Side;
  readonly collector: EffectCollector;
  /** Comparisons that may still be made. */
  left: number;
}

/** How a change affects messages: which streams keep a subject, and which consumers receive it. */
export function effects(
  before: readonly Resource[],
  after: readonly Resource[],
  broker: BrokerIdentity,
): Effects {
  const collector = new EffectCollector();
  const [then, now] = [new Side(before, broker), new Side(after, broker)];
  const scope: Scope = { then, now, collector, left: MOST };
  captureEffects(scope);
  for (const [name, stream] of now.account.streams) {
    const old = then.account.streams.get(name);
    if (!old) continue;
    keepEffects([old, stream], scope);
    for (const consumer of stream.consumers) {
      const before = old.consumers.find((one) => one.name === consumer.name);
      if (before) deliveryEffects(stream, [before, consumer], scope);
    }
  }
  return collector.result();
}

/** Subjects that only one side of a stream has. */
function changedSubjects(then: Side, now: Side): string[] {
  const all = ({ account }: Side) =>
    Array.from(account.streams, ([name, { resource }]) =>
      stringsIn(resource.spec.subjects).map((subject) => `${name}\0${subject}`),
    ).flat();
  const [a, b] = [new Set(all(then)), new Set(all(now))];
  const differing = [...a].filter((one) => !b.has(one)).concat([...b].filter((one) => !a.has(one)));
  return [...new Set(differing.map((pair) => pair.slice(pair.indexOf('\0') + 1)))].sort();
}

function captureEffects({ then, now, collector }: Scope): void {
  for (const subject of changedSubjects(then, now)) {
    const sample = sampleOf(subject);
    const before = then.captures(sample);
    const after = now.captures(sample);
    if (before.join() === after.join()) continue;
    const [name = ''] = [...after, ...before];
    const stream = now.account.streams.get(name) ?? then.account.streams.get(name);
    if (!stream) continue;
    const about = `subject ${subject}`;
    const item = { address: stream.resource.address, title: `stream ${name}`, detail: '' };
    if (after.length === 0) {
      const text = `is stored nowhere any more: it went to ${listed('stream', before)}`;
      collector.add({ ...item, outcome: 'not-stored', text, risk: 'disruptive' }, about);
    } else {
      const was = before.length === 0 ? 'it was stored nowhere' : `it went to ${listed('stream', before)}`;
      const risk = before.length === 0 ? 'safe' : 'disruptive';
      const text = `is stored in ${listed('stream', after)}: ${was}`;
      collector.add({ ...item, outcome: 'stored', text, risk }, about);
    }
  }
}

type Pair<T> = readonly [before: T, after: T];

/** Copies that a stream of both sides gets or no longer gets, and subjects that they have in it. */
function keepEffects(streams: Pair<Stream>, scope: Scope): void {
  const { then, now, collector } = scope;
  if (scope.left <= 0) {
    collector.cut(1);
    return;
  }
  const [{ name, resource }] = streams;
  const inlets = inletsOf(name, then, now);
  if (!inlets) return;
  const item = { address: resource.address, title: `stream ${name}`, detail: '' };
  for (const subject of samplesFor(inlets, streams.flatMap(copiedBy))) {
    const sample = sampleOf(subject);
    const sides = scope.left-- > 0 ? [then.goes(sample), now.goes(sample)] : [];
    if (!sides[0] || !sides[1]) {
      collector.cut(1);
      return;
    }
    const [before, after] = sides.map((side) => side?.subjects.get(name));
    const isCaptured = [then, now].map((side) => side.captures(sample).includes(name));
    // That it is no longer captured, or now is, is told of all streams together.
    if (isCaptured[0] !== isCaptured[1]) continue;
    const about = `subject ${subject}`;
    const [gone, come] = isCaptured[0]
      ? ['is no longer kept', 'is kept now']
      : ['is no longer copied', 'is copied now'];
    if (before && !after) {
      collector.add({ ...item, outcome: 'not-stored', text: gone, risk: 'disruptive' }, about);
    } else if (after && !before) {
      collector.add({ ...item, outcome: 'stored', text: come, risk: 'safe' }, about);
    } else if (before && after && namesOf(before) !== namesOf(after)) {
      const text = `is stored as ${namesOf(after)}: it was stored as ${namesOf(before)}`;
      collector.add({ ...item, outcome: 'stored', text, risk: 'disruptive' }, about);
    }
  }
}

/** The subjects that mirrors and sources ask for. */
function copiedBy({ resource: { spec } }: Stream): string[] {
  return copiesIn(spec).flatMap(({ filter_subject: filter, subject_transforms: mappings }) =>
    stringsIn([filter ?? null, ...objectsIn(mappings).map(({ src }) => src ?? null)]),
  );
}

function namesOf(subjects: ReadonlySet<string | null>): string {
  return Array.from(subjects, (subject) => (subject === null ? 'a random subject' : patternOf(subject)))
    .sort()
    .join(', ');
}

/** Subjects on which filters may make a difference. */
function* samplesFor(inlets: readonly string[], filters: readonly string[]): Iterable<string> {
  const given = new Set([...filters, ...inlets]);
  yield* given;
  for (const filter of new Set(filters)) {
    for (const inlet of inlets) {
      const common = commonSubject(inlet, filter);
      if (common !== undefined && !given.has(common)) yield common;
    }
  }
}

function inletsOf(name: string, then: Side, now: Side): readonly string[] | undefined {
  const [before, after] = [then.inlets(name), now.inlets(name)];
  return before && after && [...new Set([...before, ...after])];
}

/** The subjects that only one side delivers, for consumers of both sides. */
function deliveryEffects({ name: stream }: Stream, consumers: Pair<Consumer>, scope: Scope): void {
  const { then, now, collector } = scope;
  if (scope.left <= 0) {
    collector.cut(1);
    return;
  }
  const [, { name, resource }] = consumers;
  const inlets = inletsOf(stream, then, now);
  const filters = consumers.flatMap((one) => stringsIn(one.resource.spec.filter_subjects));
  const address = resource.address;
  const item = { address, title: `consumer ${name}`, detail: `stream ${stream}` };
  for (const subject of samplesFor(inlets ?? [], filters)) {
    const sample = sampleOf(subject);
    // What comes from undeclared streams can have any subject.
    const gets = (consumer: Consumer, side: Side) =>
      inlets ? side.goes(sample)?.delivered.has(`${stream}/${name}`) : isFor(consumer, sample);
    const [was, is] = scope.left-- > 0 ? [gets(consumers[0], then), gets(consumers[1], now)] : [];
    if (was === undefined || is === undefined) {
      collector.cut(1);
      return;
    }
    if (was && !is) {
      collector.add(
        { ...item, outcome: 'not-delivered', text: 'is no longer given to it', risk: 'disruptive' },
        `subject ${subject}`,
      );
    } else if (is && !was) {
      collector.add(
        { ...item, outcome: 'delivered', text: 'is given to it now', risk: 'safe' },
        `subject ${subject}`,
      );
    }
  }
}

function isFor({ filters }: Consumer, subject: string): boolean {
  return filters.some(({ text }) => isWithin(subject, text));
}

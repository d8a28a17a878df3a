import {
  EffectCollector,
  type Effects,
  isObject,
  kindOf,
  listed,
  type Resource,
} from '../../../model/index.ts';
import { isWithin } from '../fields/subjects.ts';
import { consumerNameOf, streamNameOf } from '../kinds/addresses.ts';
import { texts } from '../topology.ts';

/** How a change affects messages: which stream stores a subject, and which of its consumers receive it. */
export function effects(before: readonly Resource[], after: readonly Resource[]): Effects {
  const collector = new EffectCollector();
  const then = readSide(before);
  const now = readSide(after);
  captureEffects(then, now, collector);
  deliveryEffects(then, now, collector);
  return collector.result();
}

interface Stream {
  readonly resource: Resource;
  /** Undefined for messages from other streams, whose subjects are unknown here. */
  readonly subjects: readonly string[] | undefined;
}

interface Side {
  /** By name. */
  readonly streams: ReadonlyMap<string, Stream>;
  readonly consumers: ReadonlyMap<string, Resource>;
}

function readSide(resources: readonly Resource[]): Side {
  const streams = new Map<string, Stream>();
  const consumers = new Map<string, Resource>();
  for (const resource of resources) {
    if (kindOf(resource.address) === 'consumer') consumers.set(resource.address, resource);
    else {
      const { mirror, sources } = resource.spec;
      const isFed = isObject(mirror) || Array.isArray(sources);
      const subjects = isFed ? undefined : texts(resource, 'subjects');
      streams.set(streamNameOf(resource.address), { resource, subjects });
    }
  }
  return { streams, consumers };
}

/** A literal subject for a pattern, with an unused token for each wildcard. */
function sampleOf(pattern: string): string {
  return pattern
    .split('.')
    .map((token) => (token === '*' || token === '>' ? 'any-token' : token))
    .join('.');
}

/** Subjects that only one side of a stream has. */
function changedSubjects(then: Side, now: Side): string[] {
  const all = ({ streams }: Side) =>
    Array.from(streams, ([name, { subjects = [] }]) =>
      subjects.map((subject) => `${name}\0${subject}`),
    ).flat();
  const [a, b] = [new Set(all(then)), new Set(all(now))];
  const differing = [...a].filter((one) => !b.has(one)).concat([...b].filter((one) => !a.has(one)));
  return [...new Set(differing.map((pair) => pair.slice(pair.indexOf('\0') + 1)))].sort();
}

function captureEffects(then: Side, now: Side, collector: EffectCollector): void {
  for (const subject of changedSubjects(then, now)) {
    const sample = sampleOf(subject);
    const before = storing(then, sample);
    const after = storing(now, sample);
    if (before.join() === after.join()) continue;
    const [name = ''] = [...after, ...before];
    const resource = (now.streams.get(name) ?? then.streams.get(name))?.resource;
    if (!resource) continue;
    const about = `subject ${subject}`;
    const item = { address: resource.address, title: `stream ${name}`, detail: '' };
    if (after.length === 0) {
      const text = `is stored nowhere any more: it went to ${listed('stream', before)}`;
      collector.add({ ...item, outcome: 'not-stored', text, risk: 'disruptive' }, about);
    } else {
      const was = before.length === 0 ? 'it was stored nowhere' : `it went to ${listed('stream', before)}`;
      const risk = before.length === 0 ? 'safe' : 'disruptive';
      collector.add(
        { ...item, outcome: 'stored', text: `is stored in ${listed('stream', after)}: ${was}`, risk },
        about,
      );
    }
  }
}

function storing({ streams }: Side, subject: string): string[] {
  return [...streams]
    .filter(([, { subjects = [] }]) => subjects.some((pattern) => isWithin(subject, pattern)))
    .map(([name]) => name)
    .sort();
}

/** The subjects that only one side delivers, for consumers of both sides. */
function deliveryEffects(then: Side, now: Side, collector: EffectCollector): void {
  for (const [address, after] of now.consumers) {
    const before = then.consumers.get(address);
    if (!before) continue;
    const stream = streamNameOf(address);
    const [old, current] = [then.streams.get(stream)?.subjects, now.streams.get(stream)?.subjects];
    const patterns = [before, after].flatMap((one) => texts(one, 'filter_subjects'));
    const item = { address, title: `consumer ${consumerNameOf(address)}`, detail: `stream ${stream}` };
    for (const subject of new Set([...patterns, ...(old ?? []), ...(current ?? [])])) {
      const sample = sampleOf(subject);
      const gets = (consumer: Resource, stored: readonly string[] | undefined) =>
        matchesAny(sample, stored) && matchesAny(sample, filtersOf(consumer));
      const [was, is] = [gets(before, old), gets(after, current)];
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
}

/** Undefined without a filter: the consumer receives the whole stream. */
function filtersOf(consumer: Resource): readonly string[] | undefined {
  const filters = texts(consumer, 'filter_subjects');
  return filters.length > 0 ? filters : undefined;
}

function matchesAny(subject: string, patterns: readonly string[] | undefined): boolean {
  return patterns === undefined || patterns.some((pattern) => isWithin(subject, pattern));
}

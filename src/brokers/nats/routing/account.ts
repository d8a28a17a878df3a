import {
  addTo,
  isObject,
  type JsonObject,
  kindOf,
  nearestWord,
  oncePer,
  type Resource,
  type RoutedTopology,
} from '../../../model/index.ts';
import { rulesOf, type ServerRules } from '../facts.ts';
import { SubjectIndex } from '../fields/subjects.ts';
import { objectsIn, stringsIn, textIn } from '../fields/values.ts';
import { consumerNameOf, filtersOf, streamNameOf } from '../kinds/addresses.ts';
import {
  compileTransform,
  type Match,
  match,
  type Pattern,
  type Subject,
  type Transform,
  tokensOf,
} from './subject.ts';

/** A stream, bucket or store, with all that messages come to through it. */
export interface Stream {
  /** Its full name. */
  readonly name: string;
  readonly resource: Resource;
  readonly transform: Transform | undefined;
  readonly republish: Republish | undefined;
  readonly consumers: readonly Consumer[];
  /** The mirrors and sources that copy from it. */
  readonly copies: readonly Copy[];
}

interface Republish {
  readonly transform: Transform;
  readonly headersOnly: boolean;
}

export interface Copy {
  readonly kind: 'mirror' | 'source';
  /** The stream that copies. */
  readonly to: string;
  readonly filters: readonly Filter[];
  /** Of several sources of one stream, servers before 2.10 use one, and do not say which. */
  readonly isUncertain: boolean;
}

export interface Filter {
  readonly text: string;
  readonly pattern: Pattern;
  readonly transform: Transform | undefined;
}

export interface Consumer {
  readonly name: string;
  readonly resource: Resource;
  /** One that matches everything, where it has no filter. */
  readonly filters: readonly Filter[];
}

/** The streams of an account, and which of them store a subject. */
export interface Account {
  /** By full name. */
  readonly streams: ReadonlyMap<string, Stream>;
  readonly rules: ServerRules;
  /** The streams that store a message which is published on this subject, with the pattern that matches. */
  storing(subject: Subject): { stream: Stream; pattern: string; match: Match }[];
}

/** Cached: many tests ask the same topology. */
export const accountOf = oncePer(readAccount);

type Topology = Pick<RoutedTopology, 'broker' | 'resources'>;

interface Draft extends Stream {
  readonly consumers: Consumer[];
  readonly copies: Copy[];
}

function readAccount({ broker, resources }: Topology): Account {
  const rules = rulesOf(broker);
  const { transforms } = rules;
  const streams = new Map<string, Draft>();
  const index = new SubjectIndex<Draft>();
  for (const resource of resources) {
    if (kindOf(resource.address) === 'consumer') continue;
    const draft = readStream(resource, transforms);
    streams.set(draft.name, draft);
    for (const subject of stringsIn(resource.spec.subjects)) index.add(subject, draft);
  }
  for (const resource of resources) {
    if (kindOf(resource.address) !== 'consumer') addCopies(resource, streams, transforms);
    else streams.get(streamNameOf(resource.address))?.consumers.push(readConsumer(resource));
  }
  const storing = (subject: Subject) =>
    index
      .overlapping(subject.map((token) => token ?? '*').join('.'))
      .flatMap(({ subject: pattern, owner }) => {
        const found = match(subject, tokensOf(pattern));
        return found === 'no' ? [] : [{ stream: owner, pattern, match: found }];
      });
  return { streams, rules, storing };
}

function readStream(resource: Resource, transforms: boolean): Draft {
  const { subject_transform: transform, republish } = resource.spec;
  return {
    name: streamNameOf(resource.address),
    resource,
    transform: transforms && isObject(transform) ? transformOf(transform) : undefined,
    republish: isObject(republish) ? republishOf(republish) : undefined,
    consumers: [],
    copies: [],
  };
}

function transformOf({ src, dest }: JsonObject): Transform | undefined {
  return compileTransform(textIn(src), textIn(dest));
}

function republishOf(republish: JsonObject): Republish | undefined {
  const transform = transformOf(republish);
  return transform && { transform, headersOnly: republish.headers_only === true };
}

function readConsumer(resource: Resource): Consumer {
  return {
    name: consumerNameOf(resource.address),
    resource,
    filters: filtersOf(resource).map((text) => filterOf(text)),
  };
}

/** What this stream copies, with the streams that it copies from. */
function addCopies(
  { address, spec }: Resource,
  streams: ReadonlyMap<string, Draft>,
  transforms: boolean,
): void {
  const to = streamNameOf(address);
  const origins = new Map<string, JsonObject[]>();
  for (const origin of objectsIn(spec.sources)) addTo(origins, textIn(origin.name), origin);
  const add = (kind: Copy['kind'], origin: JsonObject) => {
    // What is in another account or domain is not in sight.
    if (isObject(origin.external)) return;
    const name = textIn(origin.name);
    const isUncertain = kind === 'source' && !transforms && (origins.get(name)?.length ?? 0) > 1;
    streams.get(name)?.copies.push({ kind, to, filters: copiedFilters(origin, transforms), isUncertain });
  };
  for (const origin of objectsIn(spec.mirror)) add('mirror', origin);
  for (const origin of objectsIn(spec.sources)) add('source', origin);
}

function copiedFilters(
  { filter_subject: filter, subject_transforms: mappings }: JsonObject,
  transforms: boolean,
): Filter[] {
  const mapped = transforms ? objectsIn(mappings) : [];
  if (mapped.length === 0) return [filterOf(textIn(filter) || '>')];
  return mapped.map((mapping) => filterOf(textIn(mapping.src) || '>', transformOf(mapping)));
}

function filterOf(text: string, transform?: Transform): Filter {
  return { text, pattern: tokensOf(text), transform };
}

/** The filter that a message passes, a sure one if there is one. */
export function firstMatch(
  subject: Subject,
  filters: readonly Filter[],
): { filter: Filter; match: Match } | undefined {
  const isOdd = subject.includes('');
  // Servers look up several filters in an index, which has no subject with an empty token. One filter may overlook it.
  if (isOdd && filters.length > 1) return undefined;
  let found: { filter: Filter; match: Match } | undefined;
  for (const filter of filters) {
    const one = match(subject, filter.pattern);
    if (one === 'yes' && !(isOdd && filter.text !== '>')) return { filter, match: one };
    if (one !== 'no') found ??= { filter, match: 'maybe' };
  }
  return found;
}

/** More subjects are not compared with a mistyped one. */
const MOST = 20_000;

/** The subject of a stream that was probably meant. */
export function nearestSubject(
  subject: string,
  { streams }: Account,
): { subject: string; stream: string } | undefined {
  const tokens = tokensOf(subject);
  const near = new Map<string, { subject: string; stream: string }>();
  let compared = 0;
  for (const { name, resource } of streams.values()) {
    for (const pattern of stringsIn(resource.spec.subjects)) {
      if (compared++ >= MOST) break;
      const wanted = tokensOf(pattern).map((token, i) => ({ token, own: tokens[i] ?? '' }));
      const literal = wanted.filter(({ token }) => token !== '*' && token !== '>');
      const part = literal.map(({ own }) => own).join('.');
      if (nearestWord(part, [literal.map(({ token }) => token).join('.')]) === undefined) continue;
      // As if the wildcards matched.
      const filled = wanted.flatMap(({ token, own }, i) =>
        token === '>' ? tokens.slice(i) : [token === '*' ? own : token],
      );
      near.set(filled.join('.'), { subject: pattern, stream: name });
    }
  }
  return near.get(nearestWord(subject, near.keys()) ?? '');
}

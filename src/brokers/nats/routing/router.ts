import {
  isObject,
  type Json,
  type JsonObject,
  nearestWord,
  objectOf,
  type RoutedTopology,
  RouteError,
  type Router,
  type Verdict,
} from '../../../model/index.ts';
import { hasWildcard, subjectProblem } from '../fields/subjects.ts';
import { stringsIn } from '../fields/values.ts';
import { type Account, accountOf, nearestSubject } from './account.ts';
import { flowOf, LONGEST } from './flow.ts';
import { type Asked, routeOf, withPerhaps } from './route.ts';
import { tokensOf } from './subject.ts';
import { type Summary, summarize } from './summary.ts';

/** Where a message goes in JetStream. */
export const router: Router = {
  route: (request, topology) => routeOf(ask(request, topology)),
  judge(test, topology) {
    const asked = ask(test, topology);
    const verdicts = judgeFlow(test, asked);
    const isFailed = verdicts.some(({ failure }) => failure !== undefined);
    return { verdicts, ...(isFailed && { route: routeOf(asked) }) };
  },
};

/** The message of a test, and where it goes. @throws RouteError for a subject that nothing can be published on */
export function ask({ publish }: JsonObject, topology: RoutedTopology): Asked {
  const { subject = '', headers = {} } = objectOf(publish);
  const message = { subject: checkedSubject(subject), headers: objectOf(headers) };
  const account = accountOf(topology);
  return { account, message, topology, flow: flowOf(account, message) };
}

function checkedSubject(subject: Json): string {
  const text = String(subject);
  const hint = 'a subject consists of tokens separated by dots: orders.eu.paid';
  const problem = subjectProblem(text);
  if (problem !== undefined) throw new RouteError(`subject ${JSON.stringify(text)} ${problem}`, hint);
  if (hasWildcard(text)) {
    throw new RouteError(
      `subject ${JSON.stringify(text)} has a wildcard, and a message has one subject`,
      'write a token instead of each wildcard: orders.eu instead of orders.*',
    );
  }
  const bytes = Buffer.byteLength(text);
  if (bytes <= LONGEST) return text;
  throw new RouteError(`the subject has ${bytes} bytes, and servers take ${LONGEST} (max_control_line)`);
}

/** Every expectation of a test, in its order, by what the router says. */
function judgeFlow(test: JsonObject, asked: Asked): Verdict[] {
  const verdicts = verdictsOf(test, { ...asked, summary: summarize(asked.flow) });
  if (asked.flow.cut === 0) return verdicts;
  return verdicts.map(({ key }) => ({ key, failure: 'the message goes to more places than are followed' }));
}

/** A message, and where it went: according to the router, or to a server. */
export interface Scene extends Omit<Asked, 'flow'> {
  readonly summary: Summary;
}

/** Every expectation of a test, in its order. */
export function verdictsOf(test: JsonObject, scene: Scene): Verdict[] {
  return Object.entries(test).flatMap(([key, value]): Verdict[] => {
    const check = Object.hasOwn(CHECKS, key) ? CHECKS[key] : undefined;
    if (!check) return [];
    const failure = undeclared(value, scene) ?? check(value, scene);
    return [{ key, ...failure }];
  });
}

type Failure = Pick<Verdict, 'failure' | 'hint'>;
type Check = (value: Json, scene: Scene) => Failure | undefined;

const CHECKS: Readonly<Record<string, Check>> = {
  'stored-in': (value, scene) => {
    const { stored, perhapsStored } = scene.summary;
    return exactly('stream', listIn(value), stored, perhapsStored, scene);
  },
  'delivered-to': (value, scene) => {
    const { delivered, perhapsDelivered } = scene.summary;
    return exactly('consumer', listIn(value), delivered, perhapsDelivered, scene);
  },
  includes: (value, scene) => {
    const { stored, delivered } = scene.summary;
    const missing = listIn(value).filter((name) => !stored.has(name) && !delivered.has(name));
    if (missing.length === 0) return undefined;
    return { failure: `not ${listOf(missing)}; got ${allOf(scene.summary)}`, ...whyNot(missing, scene) };
  },
  never: (value, { summary }) => {
    const { stored, perhapsStored, delivered, perhapsDelivered } = summary;
    const wrong = listIn(value).filter((name) =>
      [stored, perhapsStored, delivered, perhapsDelivered].some((set) => set.has(name)),
    );
    return wrong.length === 0 ? undefined : { failure: `got ${listOf(wrong)}` };
  },
  as: (value, { summary }) => {
    const wrong = Object.entries(objectOf(value)).flatMap(([stream, subject]) => {
      const wanted = listIn(subject).sort();
      const found = Array.from(summary.subjects.get(stream) ?? [], (one) => one ?? 'a random subject').sort();
      if (wanted.join(' ') === found.join(' ')) return [];
      return [`${stream}: expected ${wanted.join(', ')}; got ${found.join(', ') || 'nothing'}`];
    });
    return wrong.length === 0 ? undefined : { failure: wrong.join('; ') };
  },
};

function exactly(
  noun: string,
  names: readonly string[],
  sure: ReadonlySet<string>,
  perhaps: ReadonlySet<string>,
  scene: Scene,
): Failure | undefined {
  const missing = names.filter((name) => !sure.has(name));
  if (missing.length === 0 && sure.size === names.length && perhaps.size === 0) return undefined;
  const expected = withPerhaps(noun, names, []) || `no ${noun}`;
  const got = withPerhaps(noun, sure, perhaps) || `no ${noun}`;
  return { failure: `expected ${expected}; got ${got}`, ...whyNot(missing, scene) };
}

/** The first reason that is known. */
function whyNot(missing: readonly string[], { summary, account, message }: Scene): Pick<Failure, 'hint'> {
  if (missing.length > 0 && account.storing(tokensOf(message.subject)).length === 0) {
    const near = nearestSubject(message.subject, account);
    return near
      ? {
          hint: `no stream stores ${message.subject}; the nearest subject is ${near.subject} of stream ${near.stream}`,
        }
      : {};
  }
  for (const name of missing) {
    const [stream = ''] = name.split('/');
    const lost = summary.lost.get(stream);
    if (lost?.fate === 'passing') {
      return { hint: `${stream} deletes the message once it is copied, as no consumer of it receives it` };
    }
    if (lost?.why !== undefined) {
      const verb = lost.fate === 'refused' ? 'refuses' : 'does not store';
      return { hint: `${stream} ${verb} the message: ${lost.why}` };
    }
  }
  return {};
}

/** A name of nothing would make an expectation fail, or hold, for the wrong reason. */
function undeclared(value: unknown, { account, topology }: Scene): Failure | undefined {
  const names = isObject(value) ? Object.keys(value) : listIn(value);
  const unknown = names.find((name) => !isKnown(name, account));
  if (unknown === undefined) return undefined;
  const noun = unknown.includes('/') ? 'consumer' : 'stream';
  const near = nearestWord(unknown, namesIn(account));
  return {
    failure: `${noun} ${unknown} ${topology.live ? 'does not exist' : 'is not declared'}`,
    ...(near !== undefined && { hint: `did you mean ${near}?` }),
  };
}

function isKnown(name: string, { streams }: Account): boolean {
  const [stream = '', consumer] = name.split('/', 2);
  const found = streams.get(stream);
  return (
    found !== undefined && (consumer === undefined || found.consumers.some((one) => one.name === consumer))
  );
}

function* namesIn({ streams }: Account): Iterable<string> {
  for (const { name, consumers } of streams.values()) {
    yield name;
    for (const consumer of consumers) yield `${name}/${consumer.name}`;
  }
}

/** One, or a list. */
function listIn(value: unknown): string[] {
  return stringsIn([value].flat());
}

function allOf({ stored, perhapsStored, delivered, perhapsDelivered }: Summary): string {
  const places = withPerhaps('stream', stored, perhapsStored);
  const receivers = withPerhaps('consumer', delivered, perhapsDelivered);
  return [places, receivers].filter((text) => text !== '').join('; ') || 'nothing';
}

function listOf(names: readonly string[]): string {
  return names.map((name) => `${name.includes('/') ? 'consumer' : 'stream'} ${name}`).join(', ');
}

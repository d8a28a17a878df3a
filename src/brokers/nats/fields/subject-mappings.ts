import { hasWildcard, isWithin, subjectProblem } from './subjects.ts';

/*
 * Subject mappings: a source with wildcards, and a destination that names them as `$1` or by a function such as
 * `{{wildcard(1)}}`. `NewSubjectTransform` in server/subject_transform.go.
 * https://docs.nats.io/nats-concepts/subject_mapping
 */

/** By lower-case name: the positions of those arguments that are numbers of wildcards. */
const FUNCTIONS: Readonly<Record<string, (args: readonly string[]) => readonly string[]>> = {
  wildcard: (args) => args,
  partition: (args) => args.slice(1),
  random: () => [],
  splitfromleft: (args) => args.slice(0, 1),
  splitfromright: (args) => args.slice(0, 1),
  slicefromleft: (args) => args.slice(0, 1),
  slicefromright: (args) => args.slice(0, 1),
  split: (args) => args.slice(0, 1),
  left: (args) => args.slice(0, 1),
  right: (args) => args.slice(0, 1),
};

/** The functions that give exactly one token. */
const SINGLE = new Set(['wildcard', 'partition', 'random', 'left', 'right']);

const CALL = /\{\{\s{0,99}([a-zA-Z]{1,40})\s{0,99}\(([^(){}]{0,200})\)\s{0,99}\}\}/g;
const WILDCARD = /^\$(\d{1,9})$/;

/**
 * Why a server refuses a mapping; undefined where it takes it.
 * @param source all subjects where it is empty
 * @param destination the subject as it was where it is empty
 */
export function mappingProblem(source: string, destination: string): string | undefined {
  const from = source === '' ? '>' : source;
  const wrong = subjectProblem(from);
  if (wrong) return `source ${JSON.stringify(from)} ${wrong}`;
  if (destination === '') return undefined;
  const wildcards = from.split('.').filter((token) => token === '*').length;
  const functions = functionProblem(destination, wildcards);
  if (functions) return functions;
  const plain = destination.replace(CALL, 'x');
  if (/\{\{|\}\}/.test(plain)) return 'the destination has braces without a function';
  const problem = subjectProblem(plain);
  if (problem) return `destination ${JSON.stringify(destination)} ${problem}`;
  const tokens = plain.split('.');
  if (tokens.includes('*')) return 'a destination refers to wildcards by $1 or {{wildcard(1)}}, not by *';
  const missing = tokens
    .map((token) => WILDCARD.exec(token)?.[1])
    .find((index) => isOutside(index, wildcards));
  if (missing !== undefined) return `${from} has no wildcard $${missing}`;
  if (tokens.includes('>') !== from.split('.').includes('>')) {
    return 'source and destination must both end with ">", or neither';
  }
  return undefined;
}

function functionProblem(destination: string, wildcards: number): string | undefined {
  for (const [text, name = '', list = ''] of destination.matchAll(CALL)) {
    const key = name.toLowerCase();
    const indexes = Object.hasOwn(FUNCTIONS, key) ? FUNCTIONS[key] : undefined;
    if (!indexes) return `unknown mapping function ${text}`;
    const missing = indexes(list.split(',').map((arg) => arg.trim())).find((index) =>
      isOutside(index, wildcards),
    );
    if (missing !== undefined) return `missing wildcard ${missing} for ${text}`;
  }
  return undefined;
}

function isOutside(index: string | undefined, wildcards: number): boolean {
  if (index === undefined) return false;
  const number = Number(index);
  return !Number.isInteger(number) || number < 1 || number > wildcards;
}

/**
 * The subjects under which a stream stores what it takes on this one; undefined where a function decides how many
 * tokens there are.
 */
export function mappedSubjects(subject: string, source: string, destination: string): string[] | undefined {
  const from = source === '' ? '>' : source;
  if (destination === '') return [subject];
  for (const [, name = ''] of destination.matchAll(CALL)) {
    if (!SINGLE.has(name.toLowerCase())) return undefined;
  }
  const mapped = destination
    .replace(CALL, '*')
    .split('.')
    .map((token) => (WILDCARD.test(token) ? '*' : token))
    .join('.');
  // What the source does not match is stored as it is.
  return isWithin(subject, from) ? [narrowed(subject, from, mapped)] : [mapped, subject];
}

/** `orders.eu` by `>` to `z.>` is `z.orders.eu`: a tail that is known stays known. */
function narrowed(subject: string, from: string, mapped: string): string {
  const head = from.split('.').slice(0, -1);
  if (!from.endsWith('>') || !mapped.endsWith('>') || hasWildcard(head.join('.'))) return mapped;
  const tail = subject.split('.').slice(head.length).join('.');
  return mapped === '>' ? tail : `${mapped.slice(0, -1)}${tail}`;
}

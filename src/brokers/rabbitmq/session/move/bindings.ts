import { eachOf } from '../../../../model/concurrency.ts';
import {
  BrokerError,
  equalJson,
  isExactInt,
  isObject,
  type Json,
  type JsonObject,
  toBigInt,
} from '../../../../model/index.ts';
import type { BindingRef } from '../../calls.ts';
import { type LiveBinding, liveBinding } from '../../kinds/binding/identity.ts';
import type { PlainCall } from '../requests.ts';
import type { MoveRun } from './run.ts';

/** Bindings whose messages arrive at both queues at a time: it takes a few milliseconds to take them from one. */
const GROUP = 16;

/** How often new bindings may turn up that somebody makes meanwhile. */
const ROUNDS = 10;

/** `smallest`: the one that the value fits in. */
const NUMBER_TYPES = [
  'smallest',
  'int',
  'double',
  'float',
  'timestamp',
  'short',
  'byte',
  'unsignedint',
  'unsignedshort',
  'unsignedbyte',
];

/**
 * Gives all bindings of one queue to another: in groups, each first bound there, then unbound here, so that no message
 * is lost and one of these few milliseconds may arrive at both.
 * @throws BrokerError, ConnectionError; where the broker refuses a binding, its group stays as it was
 */
export async function moveBindings(run: MoveRun, from: string, to: string): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    const all = await readBindings(run, from);
    if (all.length === 0) return;
    let done = 0;
    for (const group of groupsOf(all)) {
      run.checkStop(`${done} of ${all.length} bindings changed`);
      run.report(`${done} of ${all.length} bindings changed`);
      await moveGroup(run, group, all, to);
      done += group.length;
    }
  }
  run.fail(
    `queue ${JSON.stringify(from)} is bound again and again by another client`,
    'stop the clients that bind it, and apply again to continue the move',
  );
}

/** The bindings of a queue, without those of the move itself. */
export async function readBindings(run: MoveRun, queue: string): Promise<LiveBinding[]> {
  const { hold, back } = run.names;
  const items = await run.options.listings.bindingsTo(run.vhost, queue);
  return items.filter(({ source }) => source !== hold && source !== back).map(liveBinding);
}

/** Removes all bindings from an exchange but those to one queue. */
export async function unbindOthers(run: MoveRun, exchange: string, queue: string): Promise<void> {
  for (const item of await run.options.listings.bindingsFrom(run.vhost, exchange)) {
    const binding = liveBinding(item);
    if (binding.destinationType === 'queue' && binding.destination === queue) continue;
    await run.do(unbindCall(run, binding));
  }
}

/** Bindings with arguments apart: to make sure of their types takes longer. */
function groupsOf(bindings: readonly LiveBinding[]): LiveBinding[][] {
  const plain = bindings.filter((binding) => !hasArguments(binding));
  return [plain, bindings.filter(hasArguments)].flatMap((all) => {
    const groups: LiveBinding[][] = [];
    for (let start = 0; start < all.length; start += GROUP) groups.push(all.slice(start, start + GROUP));
    return groups;
  });
}

function hasArguments(binding: LiveBinding): boolean {
  return Object.keys(binding.arguments).length > 0;
}

async function moveGroup(
  run: MoveRun,
  group: readonly LiveBinding[],
  all: readonly LiveBinding[],
  to: string,
): Promise<void> {
  try {
    await doAll(group, (binding) => run.do(bindCall(run, binding, to, binding.arguments)));
    if (group.some(hasArguments)) await correctTypes(run, group, all, to);
  } catch (error) {
    if (error instanceof BrokerError) await removeCopies(run, group, to);
    throw error;
  }
  await doAll(group, (binding) => run.do(unbindCall(run, binding)));
}

/** All of them come to an end before the first error is thrown, so that nothing happens after it. */
async function doAll(
  group: readonly LiveBinding[],
  work: (binding: LiveBinding) => Promise<void>,
): Promise<void> {
  const errors: unknown[] = [];
  await eachOf(group, GROUP, (binding) => work(binding).catch((error) => void errors.push(error)));
  if (errors.length > 0) throw errors[0];
}

/**
 * A binding whose arguments became others than they are would route other messages: it is made anew, or refused. Also one
 * that was left so by a run that was killed.
 * @param all of the queue that the group is of
 */
async function correctTypes(
  run: MoveRun,
  group: readonly LiveBinding[],
  all: readonly LiveBinding[],
  to: string,
): Promise<void> {
  const copies = await readBindings(run, to);
  const isWrong = (one: LiveBinding) => !all.some((wanted) => isIdentical(one, wanted));
  const isRight = (binding: LiveBinding) => copies.some((one) => isIdentical(one, binding));
  const hasWrong = (binding: LiveBinding) => copies.some((one) => isSame(one, binding) && isWrong(one));
  for (const binding of group.filter((one) => !isRight(one) || hasWrong(one))) {
    const candidates = typedArguments(binding.arguments);
    for (;;) {
      const made = (await readBindings(run, to)).filter((one) => isSame(one, binding));
      for (const one of made.filter(isWrong)) await run.do(unbindCall(run, one));
      if (made.some((one) => isIdentical(one, binding))) break;
      const next = candidates.shift();
      if (next === undefined) refuseTypes(run, binding);
      // A value that does not fit into a type is refused, and not of that type.
      const { status } = await run.options.execute(bindCall(run, binding, to, next));
      if (status === 'lost' || status === 'unknown') await run.do(bindCall(run, binding, to, next));
    }
  }
}

function refuseTypes(run: MoveRun, { destination, source, arguments: args }: LiveBinding): never {
  run.fail(
    `the binding of queue ${JSON.stringify(destination)} to exchange ${JSON.stringify(source)} has arguments whose AMQP types the management API does not tell: ${JSON.stringify(args)}`,
    'bind the queue anew with arguments of the types long, double, string or bool, and remove this binding',
  );
}

/** The group's bindings still lead to the queue that they are of. */
async function removeCopies(run: MoveRun, group: readonly LiveBinding[], to: string): Promise<void> {
  const copies = await readBindings(run, to).catch(() => []);
  for (const copy of copies) {
    if (group.some((binding) => isSame(binding, copy))) await run.do(unbindCall(run, copy)).catch(() => {});
  }
}

/** Also the AMQP types of the arguments are the same. */
function isIdentical(one: LiveBinding, other: LiveBinding): boolean {
  return one.source === other.source && one.propertiesKey === other.propertiesKey;
}

function isSame(one: LiveBinding, other: LiveBinding): boolean {
  return (
    one.source === other.source &&
    one.routingKey === other.routingKey &&
    equalJson(one.arguments, other.arguments)
  );
}

function bindCall(run: MoveRun, binding: LiveBinding, to: string, args: JsonObject): PlainCall {
  const body = { ...refOf(binding), destination: to, arguments: args };
  return { op: 'queue.bind', target: run.target, body };
}

function unbindCall(run: MoveRun, binding: LiveBinding): PlainCall {
  const body = { ...refOf(binding), propertiesKey: binding.propertiesKey };
  return { op: `${binding.destinationType}.unbind`, target: run.target, body };
}

function refOf({ vhost, source, destination, routingKey, arguments: args }: BindingRef): BindingRef {
  return { vhost, source, destination, routingKey, arguments: args };
}

/**
 * Arguments in the AMQP types that clients commonly give them: the listing has lost them, and bindings whose arguments
 * differ in type are different ones.
 */
function typedArguments(args: JsonObject): JsonObject[] {
  return NUMBER_TYPES.map((type) => typed(args, type) as JsonObject);
}

function typed(value: Json, type: string): Json {
  if (typeof value === 'number' || isExactInt(value)) {
    return { $type: type === 'smallest' ? smallest(value) : type, value };
  }
  if (Array.isArray(value)) return value.map((item: Json) => typed(item, type));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, typed(item, type)]));
}

/** The type that clients choose which take the smallest one. */
function smallest(value: Json): string {
  const integer = toBigInt(value);
  if (integer === undefined) return 'double';
  if (integer >= -128n && integer < 128n) return 'byte';
  if (integer >= -32_768n && integer < 32_768n) return 'short';
  return integer >= -(2n ** 31n) && integer < 2n ** 31n ? 'int' : 'long';
}

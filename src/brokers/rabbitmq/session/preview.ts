import { randomBytes } from 'node:crypto';
import { eachOf } from '../../../model/concurrency.ts';
import {
  BrokerError,
  type Call,
  ConnectionError,
  type Failure,
  isObject,
  type JsonObject,
  type Objection,
  type SendOptions,
  type Trial,
  toBigInt,
} from '../../../model/index.ts';
import type { RabbitCall } from '../calls.ts';
import { COMPONENTS } from '../fields/parameter.ts';
import { text } from '../kinds/parts.ts';
import { NamePatterns } from '../kinds/policy/pattern.ts';
import { matchingPolicies, readPolicy } from '../routing/topology.ts';
import { CallExecutor } from './executor.ts';
import type { Listings } from './listings.ts';
import { isMoveCall } from './move/index.ts';
import type { Sending } from './send.ts';

/**
 * Parameters whose plug-in no node has enabled. Asked for only where there are such parameters, as it takes the tag
 * "monitoring"; the broker tells users who lack it.
 */
export async function previewUnits(
  units: readonly (readonly Call[])[],
  listings: Listings,
): Promise<Objection[]> {
  // Every session gets only the calls that its own provider's kinds have made.
  const set = (units as readonly (readonly RabbitCall[])[]).flatMap((calls, unit) =>
    calls.flatMap((call) => {
      const component = componentOf(call);
      const plugins = component === undefined ? undefined : COMPONENTS.get(component)?.plugins;
      return plugins && component !== undefined ? [{ unit, component, plugins, op: call.op }] : [];
    }),
  );
  if (set.length === 0) return [];
  const enabled = await enabledPlugins(listings);
  if (!enabled) return [];
  return set
    .filter(({ plugins }) => !plugins.some((plugin) => enabled.has(plugin)))
    .map(({ unit, component, plugins: [plugin = ''], op }) => ({
      unit,
      failure: {
        op,
        message: `the broker takes no ${component}: its plug-in is not enabled`,
        hint: `rabbitmq-plugins enable ${plugin}`,
      },
    }));
}

function componentOf(call: RabbitCall): string | undefined {
  if (call.op !== 'http.put') return undefined;
  const [what, component] = call.body.path;
  return what === 'parameters' ? component : undefined;
}

/** Plug-ins that are enabled, or run as others need them. A node that has just started lists applications of before. */
async function enabledPlugins(listings: Listings): Promise<ReadonlySet<string> | undefined> {
  try {
    const columns = 'columns=applications,enabled_plugins';
    const nodes = await listings.all('nodes', 'the tag "monitoring"', columns);
    const names = nodes.flatMap(({ applications, enabled_plugins: plugins }) => [
      ...namesIn(applications),
      ...(Array.isArray(plugins) ? plugins.map(text) : []),
    ]);
    return names.length > 0 ? new Set(names) : undefined;
  } catch (error) {
    if (error instanceof BrokerError || error instanceof ConnectionError) return undefined;
    throw error;
  }
}

function namesIn(applications: JsonObject[string] | undefined): string[] {
  return Array.isArray(applications) ? applications.filter(isObject).map(({ name }) => text(name)) : [];
}

type Declare = Extract<RabbitCall, { op: 'queue.declare' | 'exchange.declare' }>;

/** Names of trial resources. One that remains was left by a killed apply and may be deleted. */
const PREFIX = 'brokerform.trial.';
const TRIAL = /^brokerform\.trial\.[0-9a-f]{32}$/;

/** Milliseconds after which the broker deletes a trial queue that is left over. */
const KEPT = 60_000;

const CONCURRENT = 16;

/** Policies that make a plug-in act on a queue or exchange as soon as it is there. */
const ACTING_KEYS = ['federation-upstream', 'federation-upstream-set', 'shards-per-node'];

/**
 * Declares what units of calls delete and make anew under names of its own, with the same type and arguments, and
 * deletes it again. The broker removes a queue that is left behind by itself; what has no such expiry, an exchange or
 * a stream, is deleted by the next rehearsal in its vhost.
 */
export async function rehearseUnits(
  units: readonly (readonly Call[])[],
  options: Pick<SendOptions, 'drain' | 'abort'>,
  sending: Sending,
): Promise<Trial[]> {
  // Every session gets only the calls that its own provider's kinds have made.
  const replaced = (units as readonly (readonly RabbitCall[])[]).flatMap((calls, unit) => {
    const declare = replacementIn(calls);
    return declare ? [{ unit, declare }] : [];
  });
  const executor = new CallExecutor({ ...sending, ...options });
  const vhosts = new Set(replaced.map(({ declare }) => declare.body.vhost));
  const grounds = new Map(
    await Promise.all(
      [...vhosts].map(async (vhost) => [vhost, await prepare(vhost, executor, sending)] as const),
    ),
  );
  const trials: Trial[] = [];
  await eachOf(replaced, CONCURRENT, async ({ unit, declare }) => {
    if (options.drain.aborted || options.abort.aborted) return;
    const hindrance = grounds.get(declare.body.vhost)?.(declare);
    const result = hindrance === undefined ? await tryOut(declare, executor) : { note: hindrance };
    trials.push({ unit, ...result });
  });
  return trials;
}

function replacementIn(calls: readonly RabbitCall[]): Declare | undefined {
  for (const call of calls) {
    if (isMoveCall(call) && 'declare' in call.body)
      return { op: 'queue.declare', target: call.target, body: call.body.declare };
  }
  return calls.find((call): call is Declare => {
    if (call.op !== 'queue.declare' && call.op !== 'exchange.declare') return false;
    const removal = call.op === 'queue.declare' ? 'queue.delete' : 'exchange.delete';
    return calls.some(({ op, target }) => op === removal && target === call.target);
  });
}

/** Why a declaration cannot be tried; undefined where it can. */
type Ground = (declare: Declare) => string | undefined;

/** Deletes what earlier trials have left, and looks which policies would act on a new one. */
async function prepare(vhost: string, executor: CallExecutor, { listings }: Sending): Promise<Ground> {
  try {
    const [queues, exchanges, policies] = await Promise.all([
      listings.ofVhost('queues', vhost, 'disable_stats=true'),
      listings.ofVhost('exchanges', vhost),
      listings.ofVhost('policies', vhost),
    ]);
    const isLeft = (item: JsonObject) => TRIAL.test(text(item.name));
    for (const { name, type } of queues.filter(isLeft)) {
      await executor.execute(removal('queue.declare', vhost, text(name), text(type)));
    }
    for (const { name } of exchanges.filter(isLeft)) {
      await executor.execute(removal('exchange.declare', vhost, text(name), ''));
    }
    const patterns = new NamePatterns();
    const acting = policies
      .map((item) => readPolicy({ address: '', spec: item, dependsOn: [] }, '', patterns))
      .filter(({ definition }) => ACTING_KEYS.some((key) => key in definition));
    return ({ op }) => {
      const kind = op === 'queue.declare' ? 'queue' : 'exchange';
      const name = `${PREFIX}0`;
      // A pattern that cannot be run here may match.
      const isMatched =
        matchingPolicies(acting, kind, '', name).length > 0 ||
        acting.some(({ names }) => names.matches(name) === undefined);
      return isMatched ? 'not tried beforehand: a policy of a plug-in would act on a trial' : undefined;
    };
  } catch (error) {
    if (!(error instanceof ConnectionError) && !(error instanceof BrokerError)) throw error;
    return () => `not tried beforehand: ${error.message}`;
  }
}

async function tryOut(declare: Declare, executor: CallExecutor): Promise<Omit<Trial, 'unit'>> {
  const name = PREFIX + randomBytes(16).toString('hex');
  const result = await executor.execute(trialOf(declare, name));
  if (result.status === 'done' || result.status === 'unknown') {
    const { op, body } = declare;
    await executor.execute(removal(op, body.vhost, name, typeOf(declare)));
  }
  return result.status === 'failed' ? judge(result.failure, name, declare.body.name) : {};
}

function trialOf(declare: Declare, name: string): RabbitCall {
  if (declare.op === 'exchange.declare') return { ...declare, body: { ...declare.body, name } };
  return { ...declare, body: { ...declare.body, name, arguments: expiring(declare) } };
}

/** The arguments, so that the broker deletes the queue itself soon. Streams take no expiry. */
function expiring(declare: Declare): JsonObject {
  const { arguments: args } = declare.body;
  if (typeOf(declare) === 'stream') return args;
  const given = args['x-expires'];
  const expires = isObject(given) && '$type' in given ? given.value : given;
  const number = expires === undefined ? BigInt(KEPT) : toBigInt(expires);
  // What the broker would refuse it is to refuse here, too.
  return number === undefined || (given !== undefined && number < BigInt(KEPT))
    ? args
    : { ...args, 'x-expires': KEPT };
}

function typeOf({ body }: Declare): string {
  return String(body.arguments['x-queue-type'] ?? 'classic');
}

function removal(op: Declare['op'], vhost: string, name: string, type: string): RabbitCall {
  return op === 'queue.declare'
    ? { op: 'queue.delete', target: name, body: { vhost, name, type, ifEmpty: false } }
    : { op: 'exchange.delete', target: name, body: { vhost, name, ifUnused: false } };
}

/**
 * AMQP reply codes and HTTP statuses of a declaration that the broker rejects from any user. It may fail on
 * one as well: 3.10 ends the connection with 541 for a bad `x-max-age`.
 */
const REFUSALS = new Set(['400', '406', '503', '540', '541']);

function judge(failure: Failure, trial: string, name: string): Omit<Trial, 'unit'> {
  const message = failure.message.replaceAll(trial, name);
  const { status = '' } = failure;
  // There is no room for one more; the replacement needs none.
  const isFull = /\blimit\b.*\bis reached\b/s.test(message);
  if (REFUSALS.has(status) && !isFull) {
    return {
      failure: { ...failure, message, hint: 'nothing was deleted: it was tried under another name first' },
    };
  }
  return { note: `not tried beforehand: ${message}` };
}

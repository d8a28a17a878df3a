import { type Finding, nearestWord, type Rule } from '../../../model/index.ts';
import { topologyOf } from '../effects/topology/read.ts';
import { exchangeArguments, PLUGIN_ARGUMENTS } from '../fields/exchange.ts';
import { isQueueType, knownArguments } from '../fields/queue.ts';

const BUILT_IN = new Set(['direct', 'fanout', 'topic', 'headers']);
const EXCHANGE_ARGUMENTS = new Set([...Object.keys(exchangeArguments), ...PLUGIN_ARGUMENTS.exchange]);
/** Taken by newer releases beside the policy key. */
const ALSO_KNOWN = new Set(['x-target-group-size', 'x-quorum-target-group-size']);

export const unknownArgument: Rule = {
  code: 'rabbitmq/unknown-argument',
  severity: 'warning',
  summary: 'An argument that the broker does not know is stored and ignored',
  explain: `
RabbitMQ takes any argument that it does not know, shows it, and does nothing with it: a misspelt TTL is no TTL. And
as arguments are fixed at declaration, the mistake can only be mended by deleting the queue.

Bad:
\`\`\`yaml
queues:
  orders: { arguments: { x-mesage-ttl: 60000 } }
exchanges:
  events: { type: topic, arguments: { x-alternate-exchange: unrouted } }
\`\`\`
Good:
\`\`\`yaml
queues:
  orders: { message-ttl: 60s }
exchanges:
  events: { type: topic, alternate-exchange: unrouted }
\`\`\`
`,
  *check(context) {
    const queueArguments = new Set(knownArguments(context.broker.version));
    const release = context.versionKnown ? `RabbitMQ ${context.broker.version}` : 'RabbitMQ';
    for (const vhost of topologyOf(context).vhosts.values()) {
      for (const { type, resource, arguments: args } of vhost.queues.values()) {
        if (!isQueueType(type)) continue;
        yield* unknown(resource, args, queueArguments, release);
      }
      for (const { type, resource, arguments: args } of vhost.exchanges.values()) {
        if (resource && BUILT_IN.has(type) && resource.spec.type === type) {
          yield* unknown(resource, args, EXCHANGE_ARGUMENTS, release);
        }
      }
    }
  },
};

function* unknown(
  resource: Finding['resource'],
  args: Readonly<Record<string, unknown>>,
  known: ReadonlySet<string>,
  release: string,
): Generator<Finding> {
  for (const argument of Object.keys(args)) {
    if (known.has(argument) || ALSO_KNOWN.has(argument)) continue;
    const nearest = nearestWord(argument, known);
    yield {
      resource,
      path: ['arguments', argument],
      message: `${release} does not know the argument "${argument}": it is stored and has no effect`,
      hint: nearest
        ? `did you mean ${nearest}?`
        : 'remove it; it cannot be taken away later without deleting',
    };
  }
}

import { type Finding, type Rule, suggestionOr } from '../../../model/index.ts';
import { isQueueType } from '../fields/argument.ts';
import { exchangeArguments, PLUGIN_ARGUMENTS } from '../fields/exchange.ts';
import { knownArguments } from '../fields/queue.ts';
import { vhostsOf } from '../routing/read-topology.ts';

const BUILT_IN = new Set(['direct', 'fanout', 'topic', 'headers']);
const EXCHANGE_ARGUMENTS = new Set([...Object.keys(exchangeArguments), ...PLUGIN_ARGUMENTS.exchange]);
/** Accepted by newer releases in addition to the policy key. */
const ALSO_KNOWN = new Set(['x-target-group-size', 'x-quorum-target-group-size']);

export const unknownArgument: Rule = {
  code: 'rabbitmq/unknown-argument',
  severity: 'warning',
  summary: 'The broker stores and ignores an unknown argument',
  explain: `
RabbitMQ accepts any unknown argument, shows it, and ignores it: a misspelled TTL has no effect. Arguments are
immutable after declaration, so the only fix is to delete the queue.

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
    for (const vhost of vhostsOf(context)) {
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
    yield {
      resource,
      path: ['arguments', argument],
      message: `unknown argument "${argument}": ${release} stores it and ignores it`,
      hint: suggestionOr('remove it; removing it later requires a replacement', argument, known),
    };
  }
}

import { isObject, isSecretRef, type Json } from '../../../model/index.ts';
import { includes, type Release, type Releases } from '../version.ts';
import { isQueueType, type Refusal } from './argument.ts';
import type { Field } from './field.ts';
import { refusalOf } from './policy.ts';
import { valueProblem } from './queue.ts';

/** A key of a parameter's value. */
interface ParameterField extends Field {
  /** Releases that reject a value with this key; as observed. */
  readonly refused?: Pick<Refusal, 'from' | 'before' | 'hint'>;
  /** Arguments of a queue, whose values these releases check. */
  readonly queueArguments?: Releases;
  /** Values that came later than the key: earlier releases reject them, 3.10.8 with an error of its own. */
  readonly choicesFrom?: Readonly<Record<string, Release>>;
}

function since(before: Release): NonNullable<ParameterField['refused']> {
  return { before, hint: `remove it: it came with ${before}` };
}

type Fields = Readonly<Record<string, ParameterField>>;

/** A runtime parameter component that has a section key of its own. */
export interface Component {
  /** In YAML, below a vhost. */
  readonly key: string;
  /** What the keys of that mapping are, and what one of them is, for editors. */
  readonly about: string;
  readonly doc: string;
  readonly fields: Fields;
  readonly required: readonly string[];
  /** Fields whose `${…}` may hold credentials. Others are plain text once the environment is read. */
  readonly secrets: readonly string[];
  /**
   * The plug-ins that accept it, any of which serves. The broker lists the parameters of a component that it does not
   * know as none, and rejects the first one with 400.
   */
  readonly plugins: readonly string[];
  /** Its value is a list of such mappings. */
  readonly isList?: true;
}

/** What both ends of a shovel have. */
function endFields(
  side: 'src' | 'dest',
  end: 'source' | 'destination',
  docs: Readonly<Record<'uri' | 'queue' | 'exchange' | 'key', string>>,
): Fields {
  return {
    [`${side}-uri`]: {
      type: ['string', 'array'],
      schema: { items: { type: 'string' } },
      doc: `The broker to ${docs.uri}. With credentials only from the environment: \`\${NAME}\`. A list for failover.`,
    },
    [`${side}-protocol`]: {
      choices: ['amqp091', 'amqp10', 'local'],
      choicesFrom: { local: '4.2' },
      default: 'amqp091',
      doc: `The ${end}'s protocol. \`local\` from 4.2.`,
    },
    [`${side}-queue`]: { type: 'string', doc: `The queue to ${docs.queue}.` },
    [`${side}-queue-args`]: {
      type: 'object',
      // 4.0.5 does not.
      queueArguments: { from: '4.3' },
      doc: `Arguments that the ${end} queue is declared with.`,
    },
    [`${side}-exchange`]: { type: 'string', doc: `The exchange to ${docs.exchange}, in place of a queue.` },
    [`${side}-exchange-key`]: { type: 'string', doc: `The routing key to ${docs.key}.` },
    [`${side}-address`]: { type: 'string', doc: `The ${end} address of AMQP 1.0.` },
    [`${side}-predeclared`]: {
      type: 'boolean',
      refused: since('4.0'),
      doc: `Whether to wait for the ${end} queue, instead of declaring it. From 4.0.`,
    },
  };
}

/** https://www.rabbitmq.com/docs/shovel-dynamic */
const shovel: Fields = {
  ...endFields('src', 'source', {
    uri: 'take messages from',
    queue: 'take messages from',
    exchange: 'take messages from',
    key: 'bind with',
  }),
  'src-consumer-args': { type: 'object', doc: "Arguments of the shovel's consumer." },
  'src-delete-after': {
    type: ['integer', 'string'],
    doc: 'When the shovel deletes itself: never, queue-length, or after a number of messages.',
  },
  'src-delete-after-duration': {
    unit: 's',
    minimum: 1,
    refused: since('4.3.5'),
    doc: 'How long after its start the shovel deletes itself. From 4.3.5.',
  },
  'src-consumer-name': {
    type: 'string',
    refused: since('4.3'),
    doc: "The tag of the shovel's consumer; the name of the link in AMQP 1.0. From 4.3.",
  },
  'src-prefetch-count': {
    type: 'integer',
    minimum: 0,
    doc: 'Maximum number of unacknowledged messages in flight.',
  },
  ...endFields('dest', 'destination', {
    uri: 'hand messages to',
    queue: 'put messages into',
    exchange: 'publish to',
    key: "publish with; the message's own where it is left out",
  }),
  'dest-add-forward-headers': {
    type: 'boolean',
    doc: 'Whether to add headers that tell where a message came through.',
  },
  'dest-add-timestamp-header': { type: 'boolean', doc: 'Whether to add a header with the time of the move.' },
  'dest-publish-properties': { type: 'object', doc: 'Properties to overwrite. (AMQP 0.9.1)' },
  'dest-properties': { type: 'object', doc: 'Properties to overwrite. (AMQP 1.0)' },
  'dest-application-properties': { type: 'object', doc: 'Application properties to set. (AMQP 1.0)' },
  'dest-message-annotations': { type: 'object', doc: 'Message annotations to set. (AMQP 1.0)' },
  'ack-mode': {
    choices: ['on-confirm', 'on-publish', 'no-ack'],
    default: 'on-confirm',
    doc: 'When a message is acknowledged at the source.',
  },
  'reconnect-delay': { unit: 's', minimum: 0, doc: 'The wait before the next try after a lost connection.' },
  'add-forward-headers': { type: 'boolean', doc: 'The older name of dest-add-forward-headers.' },
  'delete-after': { type: ['integer', 'string'], doc: 'The older name of src-delete-after.' },
  'prefetch-count': { type: 'integer', minimum: 0, doc: 'The older name of src-prefetch-count.' },
  'publish-properties': { type: 'object', doc: 'The older name of dest-publish-properties.' },
};

/** What an upstream and a member of a set have in common. https://www.rabbitmq.com/docs/federation-reference */
const federation = {
  exchange: { type: 'string', doc: 'The upstream exchange; the same name where it is left out.' },
  queue: { type: 'string', doc: 'The upstream queue; the same name where it is left out.' },
  'consumer-tag': { type: 'string', doc: "The tag of the link's consumer." },
  'prefetch-count': {
    type: 'integer',
    minimum: 0,
    doc: 'Maximum number of unacknowledged messages in flight.',
  },
  'reconnect-delay': { unit: 's', minimum: 0, doc: 'The wait before the next try after a lost connection.' },
  'max-hops': { type: 'integer', minimum: 1, doc: 'Over how many links a message may travel. (exchanges)' },
  expires: { unit: 'ms', minimum: 1, doc: 'How long the upstream queue outlives a lost link. (exchanges)' },
  'message-ttl': { unit: 'ms', minimum: 0, doc: 'How long messages wait in the upstream queue. (exchanges)' },
  'trust-user-id': { type: 'boolean', doc: 'Whether user ids of upstream messages are kept.' },
  'ack-mode': {
    choices: ['on-confirm', 'on-publish', 'no-ack'],
    default: 'on-confirm',
    doc: 'When a message is acknowledged upstream.',
  },
  'resource-cleanup-mode': {
    choices: ['default', 'never'],
    doc: 'Whether the upstream queue is deleted when the link stops. (exchanges)',
  },
  'queue-type': {
    choices: ['classic', 'quorum'],
    refused: since('3.13'),
    doc: 'The type of the upstream queue. (exchanges; 3.13 and later)',
  },
  'bind-nowait': { type: 'boolean', doc: 'Whether bindings are made without waiting for an answer.' },
  'channel-use-mode': {
    choices: ['multiple', 'single'],
    doc: 'One channel for all that the link does, or several.',
  },
  'ha-policy': {
    type: ['string', 'object'],
    refused: { from: '4.0', hint: 'remove it: use queue-type: quorum for replication' },
    doc: 'Gone with classic mirroring in 4.0.',
  },
} as const satisfies Fields;

/** On 4.x the federation of exchanges and that of queues are plug-ins of their own, too. */
const FEDERATION = ['rabbitmq_federation', 'rabbitmq_exchange_federation', 'rabbitmq_queue_federation'];

/** By the component's name on the broker. */
export const COMPONENTS: ReadonlyMap<string, Component> = new Map<string, Component>([
  [
    'shovel',
    {
      key: 'shovels',
      about: 'Dynamic shovels by name.',
      doc: 'A dynamic shovel: moves messages from one broker to another. Needs the rabbitmq_shovel plug-in.',
      fields: shovel,
      required: ['src-uri', 'dest-uri'],
      secrets: ['src-uri', 'dest-uri'],
      plugins: ['rabbitmq_shovel'],
    },
  ],
  [
    'federation-upstream',
    {
      key: 'federation-upstreams',
      about: 'Federation upstreams by name.',
      doc: 'A federation upstream. Needs the rabbitmq_federation plug-in.',
      fields: {
        uri: {
          type: ['string', 'array'],
          schema: { items: { type: 'string' } },
          doc: 'The upstream broker. With credentials only from the environment: `${NAME}`. A list for failover.',
        },
        ...federation,
      },
      required: ['uri'],
      secrets: ['uri'],
      plugins: FEDERATION,
    },
  ],
  [
    'federation-upstream-set',
    {
      key: 'federation-upstream-sets',
      about: 'Sets of federation upstreams by name.',
      doc: 'A set of upstreams.',
      fields: { upstream: { type: 'string', doc: "The upstream's name." }, ...federation },
      required: ['upstream'],
      secrets: [],
      plugins: FEDERATION,
      isList: true,
    },
  ],
]);

export interface ParameterRefusal {
  /** Below `value`. */
  readonly path: readonly string[];
  readonly what: string;
  readonly hint: string;
}

/** Why a broker of this version rejects a parameter. */
export function* parameterRefusals(
  component: string,
  value: Json,
  version: string,
): Generator<ParameterRefusal> {
  const { fields = {}, isList } = COMPONENTS.get(component) ?? {};
  const members: [string[], Json][] =
    isList && Array.isArray(value) ? value.map((member: Json, i) => [[String(i)], member]) : [[[], value]];
  for (const [path, member] of members) {
    if (!isObject(member) || isSecretRef(member)) continue;
    for (const [key, given] of Object.entries(member)) {
      const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
      if (field?.refused && includes(field.refused, { version })) {
        yield { path: [...path, key], what: `${key} in a ${component}`, hint: field.refused.hint };
      }
      const from = typeof given === 'string' ? field?.choicesFrom?.[given] : undefined;
      if (from !== undefined && !includes({ from }, { version })) {
        const what = `${key}: ${given} in a ${component}`;
        yield { path: [...path, key], what, hint: `use another: it came with ${from}` };
      }
      if (!field?.queueArguments || !includes(field.queueArguments, { version }) || !isObject(given))
        continue;
      const problem = queueArgumentsProblem(given, version);
      if (problem !== undefined) {
        yield {
          path: [...path, key],
          what: `${key} with ${problem}`,
          hint: 'declare the queue, with valid arguments',
        };
      }
    }
  }
}

/** Of the arguments the broker checks the values, and neither that the type takes them nor that they are deprecated. */
function queueArgumentsProblem(args: Readonly<Record<string, Json>>, version: string): string | undefined {
  if (isSecretRef(args)) return undefined;
  for (const [argument, value] of Object.entries(args)) {
    if (!argument.startsWith('x-') || isSecretRef(value)) continue;
    const name = argument.slice(2);
    if (name === 'queue-type' && !isQueueType(String(value))) return `an unknown ${argument}`;
    if (name === 'dead-letter-routing-key' && !('x-dead-letter-exchange' in args)) {
      return `${argument} and no x-dead-letter-exchange`;
    }
    const refusal = refusalOf('argument', name, value, version);
    if (refusal?.value) return refusal.what;
    const problem = valueProblem('argument', name, value);
    if (problem !== undefined) return `an invalid ${argument}: it ${problem}`;
  }
  return undefined;
}

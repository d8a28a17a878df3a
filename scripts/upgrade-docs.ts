import { TOPIC_CONFIGS } from '../src/brokers/kafka/fields/topic-configs.ts';
import { QUEUE_TYPES } from '../src/brokers/rabbitmq/fields/argument.ts';
import { COMPONENTS } from '../src/brokers/rabbitmq/fields/parameter.ts';
import { policyKeys } from '../src/brokers/rabbitmq/fields/policy.ts';
import { QUEUE_ARGUMENTS } from '../src/brokers/rabbitmq/fields/queue.ts';
import { upgradeRules } from '../src/workflow/index.ts';

interface Rejection {
  readonly broker: string;
  readonly since: string;
  readonly what: string;
  readonly rule: string;
}

/** Of RabbitMQ; nothing is known of a release before it. */
const OLDEST = '3.10';

/** What releases reject and no row of a table says. */
const OTHERS: readonly Rejection[] = [
  [
    'rabbitmq',
    '4.3',
    'a topic permission for an exchange that does not exist',
    'topic-permission-exchange-missing',
  ],
  [
    'rabbitmq',
    '4.3',
    'a weight above 10,000 in a binding to a consistent hash exchange',
    'consistent-hash-weight',
  ],
  ['rabbitmq', '4.3.5', 'more than two `#` in the key of a topic binding', 'topic-key-too-many-hashes'],
  ['kafka', '4.0', '`segment.bytes` below 1 MiB', 'refused-configs'],
  ['nats', '2.10', '`$SYS.>` in the subjects of a stream without `no_ack`', 'illegal-subject'],
  ['nats', '2.10', 'the same source twice, or one whose name is no name of a stream', 'refused-combination'],
  ['nats', '2.10', 'an update that makes two consumers of a work queue overlap', 'workqueue-consumers'],
  ['nats', '2.11', 'an update to more replicas than there are servers', 'too-many-replicas'],
  ['nats', '2.12', 'a negative `ack_wait`, or a negative delay in `backoff`', 'refused-value'],
].map(([broker = '', since = '', what = '', rule = '']) => ({
  broker,
  since,
  what,
  rule: `${broker}/${rule}`,
}));

function* rejections(): Generator<Rejection> {
  const broker = 'rabbitmq';
  const rule = 'rabbitmq/refused-by-version';
  for (const [name, { types, accepted, refused = [] }] of QUEUE_ARGUMENTS) {
    for (const { from, in: where, what } of refused)
      if (from !== undefined && where === 'argument')
        yield { broker, since: from, what: `\`${what}\``, rule };
    const [since] = Object.values(types).flatMap(({ from }) => from ?? []);
    const others = QUEUE_TYPES.filter((type) => !types[type]);
    // Before, it is an unknown argument, which is stored.
    if (since === undefined || since === OLDEST || Object.keys(types).length > 1) continue;
    const what = `\`x-${name}\` on a ${others.join(' queue, on a ')} queue${accepted === 'anything' ? '' : ', or with an invalid value'}`;
    yield {
      broker,
      since,
      what: what.replace('stream queue', 'stream'),
      rule: 'rabbitmq/unsupported-argument',
    };
  }
  for (const [name, { refused = [] }] of policyKeys)
    for (const { from, in: where } of refused)
      if (from !== undefined && where === 'policy')
        yield { broker, since: from, what: `\`${name}\` in a policy`, rule };
  for (const [component, { fields }] of COMPONENTS)
    for (const [name, { refused, queueArguments }] of Object.entries(fields)) {
      const since = refused?.from ?? queueArguments?.from;
      const problem = queueArguments ? ' with an invalid value' : '';
      if (since !== undefined) yield { broker, since, what: `\`${name}\`${problem} in a ${component}`, rule };
    }
  for (const [name, { until }] of Object.entries(TOPIC_CONFIGS))
    if (until !== undefined)
      yield { broker: 'kafka', since: until, what: `\`${name}\``, rule: 'kafka/removed-config' };
  yield* OTHERS;
}

const TABLES = /(<!-- (rejections|upgrade rules): npm run docs -->\n\n)[\s\S]*?(\n<!-- end -->)/g;

/** docs/upgrading.md with the tables of what releases reject and change. */
export function withUpgrades(page: string): string {
  return page.replace(TABLES, (_, head: string, which: string, tail: string) => {
    return head + (which === 'rejections' ? rejectionsTable() : changesTable()) + tail;
  });
}

function rejectionsTable(): string {
  const order = (one: Rejection) =>
    one.since.split('.').reduce((sum, part, i) => sum + Number(part) / 1000 ** i, 0);
  const rows = [...rejections()]
    .sort((a, b) => (a.broker === b.broker ? order(a) - order(b) : a.broker < b.broker ? 1 : -1))
    .map(({ broker, since, what, rule }) => `| ${broker} ${since} | ${what} | \`${rule}\` |\n`);
  return `| from | rejected | code |\n|---|---|---|\n${rows.join('')}`;
}

function changesTable(): string {
  const rows = upgradeRules().map(
    ({ code, since, severity, summary }) =>
      `| ${code.split('/', 1)[0]} ${since} | \`${code}\` | ${severity} | ${summary} |\n`,
  );
  return `| from | code | severity | what changes |\n|---|---|---|---|\n${rows.join('')}`;
}

import type { Management } from './management.ts';
import type { Body, GeneratedTopology } from './topologies.ts';

/** What a vhost holds, in a form that a listing and a declaration can both be brought into. */
export interface Listing {
  readonly exchanges: Body;
  readonly queues: Body;
  readonly bindings: readonly string[];
  readonly policies: Body;
  readonly operatorPolicies: Body;
  readonly limits: Body;
  readonly permissions: Body;
  readonly upstreams: Body;
}

/** The broker's own word, by plain requests. */
export async function listVhost(broker: Management, vhost: string): Promise<Listing> {
  const [exchanges, queues, bindings, policies, operatorPolicies, limits, permissions, upstreams] =
    await Promise.all([
      broker.get('exchanges', vhost),
      broker.get('queues', vhost),
      broker.get('bindings', vhost),
      broker.get('policies', vhost),
      broker.get('operator-policies', vhost),
      broker.get('vhost-limits', vhost),
      broker.get('vhosts', vhost, 'permissions'),
      broker.get('parameters', 'federation-upstream', vhost),
    ]);
  return {
    exchanges: named(
      exchanges.filter(({ name }) => name !== '' && !String(name).startsWith('amq.')),
      ({ type, durable, auto_delete, internal, arguments: args }) => ({
        type,
        durable,
        auto_delete,
        internal,
        args,
      }),
    ),
    queues: named(queues, ({ type, durable, auto_delete, arguments: args }) => {
      const { 'x-queue-type': _, ...rest } = args as Body;
      return { type, durable, auto_delete, args: rest };
    }),
    bindings: bindings
      .filter(({ source }) => source !== '')
      .map((b) =>
        bindingLine(b.source, b.destination_type, b.destination, b.routing_key, b.arguments as Body),
      )
      .sort(),
    policies: named(policies, policyOf),
    operatorPolicies: named(operatorPolicies, policyOf),
    limits: (limits[0]?.value ?? {}) as Body,
    permissions: Object.fromEntries(
      permissions
        .filter(({ user }) => user !== 'guest')
        .map(({ user, configure, write, read }) => [user, { configure, write, read }]),
    ),
    upstreams: named(upstreams, ({ value }) => value as Body),
  };
}

/** What the listing of a vhost must be once the topology is applied. */
export function expectedListing(topology: GeneratedTopology): Listing {
  const bodies = (record: Record<string, Body>, map: (body: Body) => Body) =>
    Object.fromEntries(Object.entries(record).map(([name, body]) => [name, map(body)]));
  const supers = Object.entries(topology['super-streams']).map(([name, body]) => partsOf(name, body));
  return {
    exchanges: bodies(
      Object.assign({}, topology.exchanges, ...supers.map((one) => one.exchanges)),
      (body) => ({
        type: body.type,
        durable: body.durable ?? true,
        auto_delete: body['auto-delete'] ?? false,
        internal: body.internal ?? false,
        args: {
          ...(body.arguments as Body | undefined),
          ...(body['alternate-exchange'] !== undefined && {
            'alternate-exchange': body['alternate-exchange'],
          }),
        },
      }),
    ),
    queues: bodies(Object.assign({}, topology.queues, ...supers.map((one) => one.queues)), (body) => ({
      type: body.type ?? 'classic',
      durable: body.durable ?? true,
      auto_delete: body['auto-delete'] ?? false,
      args: rawArguments(body),
    })),
    bindings: [...topology.bindings, ...supers.flatMap((one) => one.bindings)]
      .map((b) =>
        'to' in b
          ? bindingLine(b.from, 'queue', b.to, b.key, b.arguments as Body)
          : bindingLine(b.from, 'exchange', b['to-exchange'], b.key, b.arguments as Body),
      )
      .sort(),
    policies: bodies(topology.policies, (body) => ({ ...body, priority: body.priority ?? 0 })),
    operatorPolicies: bodies(topology['operator-policies'], (body) => ({
      ...body,
      priority: body.priority ?? 0,
    })),
    limits: topology.limits ?? {},
    permissions: topology.permissions,
    upstreams: topology['federation-upstreams'],
  };
}

/** What a super stream is made of, as the broker's own command makes it. */
function partsOf(name: string, { partitions, 'binding-keys': keys, ...args }: Body) {
  const names = (keys ?? Array.from({ length: Number(partitions) }, (_, index) => String(index))) as string[];
  const { 'queue-leader-locator': locator = 'balanced', ...rest } = args;
  const stream = {
    type: 'stream',
    ...rest,
    ...(locator !== null && { arguments: { 'x-queue-leader-locator': locator } }),
  };
  return {
    exchanges: { [name]: { type: 'direct', arguments: { 'x-super-stream': true } } },
    queues: Object.fromEntries(names.map((key) => [`${name}-${key}`, stream])),
    bindings: names.map(
      (key, index): Body => ({
        from: name,
        to: `${name}-${key}`,
        key,
        arguments: { 'x-stream-partition-order': index },
      }),
    ),
  };
}

const SAME_NAME = [
  'max-length',
  'max-length-bytes',
  'message-ttl',
  'expires',
  'overflow',
  'delivery-limit',
  'max-age',
  'stream-max-segment-size-bytes',
  'max-priority',
  'single-active-consumer',
];

function rawArguments(body: Body): Body {
  const args: Body = { ...(body.arguments as Body | undefined) };
  for (const key of SAME_NAME) if (body[key] !== undefined) args[`x-${key}`] = body[key];
  const deadLetter = (body['dead-letter'] ?? {}) as Body;
  if (deadLetter.exchange !== undefined) args['x-dead-letter-exchange'] = deadLetter.exchange;
  if (deadLetter['routing-key'] !== undefined) args['x-dead-letter-routing-key'] = deadLetter['routing-key'];
  if (deadLetter.strategy !== undefined) args['x-dead-letter-strategy'] = deadLetter.strategy;
  return args;
}

function policyOf({ pattern, 'apply-to': applyTo, priority, definition }: Body): Body {
  return { pattern, 'apply-to': applyTo, priority, definition };
}

function named(items: readonly Body[], map: (item: Body) => Body): Body {
  return Object.fromEntries(items.map((item) => [String(item.name), map(item)]));
}

function bindingLine(
  source: unknown,
  type: unknown,
  destination: unknown,
  key: unknown,
  args: Body | undefined,
): string {
  const sorted = Object.entries(args ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([
    source,
    type,
    destination,
    key ?? '',
    sorted.map(([name, value]) => [name, plain(value)]),
  ]);
}

/** The listing shows values without their AMQP types. */
function plain(value: unknown): unknown {
  const typed = value as { $type?: string; value?: unknown };
  if (typeof value !== 'object' || value === null || typed.$type === undefined) return value;
  return typed.$type === 'void' ? 'undefined' : typed.value;
}

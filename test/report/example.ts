import {
  type ApplyReport,
  type Diagnostic,
  type JsonObject,
  PLAN_VERSION,
  type Plan,
  type Resource,
  type Source,
  type Step,
} from '../../src/model/index.ts';

export function resource(address: string, spec: JsonObject = {}, at?: Source): Resource {
  return { address, spec, dependsOn: [], ...(at ? { at } : {}) };
}

const place = (file: string, line: number): Source => ({ file, line, col: 5 });

/** A step that is complete but for what a test is about. */
export function step(parts: Partial<Step> & Pick<Step, 'address'>): Step {
  return {
    action: 'create',
    title: parts.address,
    detail: '',
    change: { action: 'create', after: resource(parts.address) },
    fields: [],
    risks: [],
    dependents: [],
    runsAfter: [],
    calls: [],
    ...parts,
  };
}

export function plan(parts: Partial<Plan> = {}): Plan {
  return {
    version: PLAN_VERSION,
    tool: 'brokerform 0.1.0',
    project: 'shop',
    environment: 'prod-eu',
    createdAt: '2026-05-04T12:03:14.000Z',
    brokers: [{ name: 'main', type: 'rabbitmq', id: 'orders-cluster', version: '4.3.6', facts: {} }],
    waves: [],
    blockers: [],
    allowed: [],
    fingerprints: {},
    surroundings: { live: [], desired: [] },
    inSync: 0,
    unmanaged: [],
    excluded: 0,
    ...parts,
  };
}

const queue = 'main/queue/%2Forders/orders.events';
const events = resource(queue, { type: 'quorum' }, place('topologies/orders.yaml', 42));
const lossRisk = {
  class: 'destructive',
  code: 'replace',
  message: 'cannot change in place: replaces the queue',
  hint: 'drain it',
} as const;

export const replacedQueue = step({
  address: queue,
  action: 'replace',
  title: 'queue orders.events',
  detail: 'vhost /orders',
  change: {
    action: 'replace',
    before: resource(queue, { type: 'classic' }),
    after: events,
    fields: [{ path: ['type'], before: 'classic', after: 'quorum' }],
  },
  fields: [
    {
      name: 'type',
      before: 'classic',
      after: 'quorum',
      immutable: 'cannot change in place: replaces the queue',
    },
  ],
  risks: [lossRisk],
  affected: {
    text: '18,204 ready, 312 unacknowledged, 4 consumers',
    values: { ready: 18204, unacknowledged: 312, consumers: 4 },
    readAt: '2026-05-04T12:03:11.000Z',
  },
  dependents: [1, 2, 3].map((n) => ({
    address: `main/binding/%2Forders/events/queue/orders.events/k${n}`,
    resource: resource(`main/binding/%2Forders/events/queue/orders.events/k${n}`),
    title: 'binding events → orders.events',
    detail: `key k${n}`,
    outcome: 'recreated' as const,
    calls: [],
  })),
  calls: [
    { op: 'queue.delete', target: queue },
    { op: 'queue.declare', target: queue },
  ],
  restore: [{ op: 'queue.declare', target: queue }],
});

const topic = 'events/topic/payments';
export const shortenedTopic = step({
  address: topic,
  action: 'update',
  title: 'topic payments',
  change: {
    action: 'update',
    before: resource(topic),
    after: resource(topic, {}, place('topologies/pay.yaml', 17)),
    fields: [],
  },
  fields: [{ name: 'retention.ms', before: '7d', after: '1d' }],
  risks: [
    {
      class: 'destructive',
      code: 'retention',
      message: 'deletes about 6 days of log; group "ledger" lags 2.1 days',
    },
  ],
});

const binding = 'main/binding/%2Forders/events/queue/old/k';
export const removedBinding = step({
  address: binding,
  action: 'delete',
  title: 'binding events → old',
  detail: 'key k, vhost /orders',
  change: { action: 'delete', before: resource(binding) },
  risks: [{ class: 'disruptive', code: 'unbind', message: 'messages stop arriving at queue old' }],
});

const fresh = 'main/exchange/%2Forders/events';
export const newExchange = step({
  address: fresh,
  title: 'exchange events',
  detail: 'vhost /orders',
  change: { action: 'create', after: resource(fresh, {}, place('topologies/orders.yaml', 5)) },
  fields: [{ name: 'type', after: 'topic' }],
});

export const examplePlan = plan({
  brokers: [
    { name: 'main', type: 'rabbitmq', id: 'orders-cluster', version: '4.3.6', facts: {} },
    { name: 'events', type: 'kafka', id: 'Mk3OEY', version: '4.1.0', facts: {} },
  ],
  waves: [
    [newExchange, replacedQueue],
    [shortenedTopic, removedBinding],
  ],
  blockers: [{ address: queue, risk: lossRisk, allow: `destructive:${queue}` }],
  fingerprints: { [queue]: 'a1b2', [fresh]: 'absent' },
  inSync: 214,
  unmanaged: ['main/queue/%2Forders/tmp', 'main/queue/%2Forders/tmp2', 'main/exchange/%2F/legacy'],
});

export const exampleDiagnostics: readonly Diagnostic[] = [
  {
    code: 'rabbitmq/dead-letter-exchange',
    severity: 'error',
    message: 'queue "orders" dead-letters to exchange "dlx", which is not declared',
    at: { file: 'topologies/orders.yaml', line: 42, col: 7 },
    hint: 'declare exchange "dlx"',
    address: 'main/queue/%2F/orders',
  },
  {
    code: 'load/duplicate',
    severity: 'error',
    message: 'queue "a" is declared twice',
    at: { file: 'topologies/b.yaml', line: 3, col: 1 },
    related: [{ file: 'topologies/a.yaml', line: 9, col: 1 }],
  },
  {
    code: 'rabbitmq/no-limit',
    severity: 'info',
    message: 'queue "orders" has no limit',
    at: { file: 'topologies/orders.yaml', line: 2, col: 3 },
  },
];

export const exampleReport: ApplyReport = {
  version: 2,
  project: 'shop',
  startedAt: '2026-05-04T12:04:00.000Z',
  finishedAt: '2026-05-04T12:04:03.200Z',
  interrupted: 'SIGINT',
  steps: [
    {
      address: fresh,
      title: 'exchange events',
      detail: 'vhost /orders',
      action: 'create',
      status: 'applied',
    },
    { address: topic, title: 'topic payments', detail: '', action: 'update', status: 'already' },
    {
      address: queue,
      title: 'queue orders.events',
      detail: 'vhost /orders',
      action: 'replace',
      status: 'failed',
      failure: {
        op: 'queue.declare',
        status: '406',
        message: "PRECONDITION_FAILED - inequivalent arg 'x-queue-type'",
        hint: 'plan again',
      },
    },
    { address: binding, title: 'binding events → old', detail: '', action: 'delete', status: 'not-started' },
  ],
};

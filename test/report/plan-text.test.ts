import { expect, test } from 'vitest';
import { PLAIN, renderPlan } from '../../src/report/index.ts';
import {
  examplePlan,
  newExchange,
  plan,
  removedBinding,
  replacedQueue,
  shortenedTopic,
  step,
} from './example.ts';

test('a plan reads as experience.md lays it out', () => {
  expect(renderPlan(examplePlan, 'text', PLAIN)).toBe(`\
Plan shop (prod-eu) · rabbitmq "orders-cluster" 4.3.6 · kafka "Mk3OEY" 4.1.0
1 blocked · 1 destructive · 1 disruptive · 1 safe · 214 in sync · 3 unmanaged

BLOCKED
-/+ queue orders.events  vhost /orders                  topologies/orders.yaml:42
      type  classic → quorum                            cannot change in place: replaces the queue
      affected: 18,204 ready, 312 unacknowledged, 4 consumers (as of 12:03:11Z)
      also re-creates 3 bindings
      to proceed: drain it
            or: --allow 'destructive:main/queue/%2Forders/orders.events'

DESTRUCTIVE
 ~  topic payments                                      topologies/pay.yaml:17
      retention.ms  7d → 1d                             deletes about 6 days of log; group "ledger" lags 2.1 days

DISRUPTIVE
 -  binding events → old  key k, vhost /orders
      messages stop arriving at queue old

SAFE
 +  exchange events  vhost /orders                      topologies/orders.yaml:5
`);
});

test('nothing to do is one line, with what was looked at', () => {
  const text = renderPlan(plan({ inSync: 214, unmanaged: ['main/queue/a'] }), 'text', PLAIN);
  expect(text.split('\n').slice(1)).toEqual(['No changes. 214 in sync · 1 unmanaged', '']);
});

test('-v lists fields of new resources, dependents, calls and unmanaged resources', () => {
  const text = renderPlan(examplePlan, 'text', { ...PLAIN, verbose: true });
  expect(text).toContain('      type  unset → topic\n');
  expect(text).toContain('        binding events → orders.events  key k2  re-created\n');
  expect(text).toContain('      calls: queue.delete, queue.declare\n');
  expect(text).toContain('UNMANAGED\n ?  main/queue/%2Forders/tmp\n');
});

test('a drift lists unmanaged resources without the rest of -v', () => {
  const text = renderPlan(examplePlan, 'text', PLAIN, 'drift');
  expect(text).toContain('UNMANAGED\n ?  main/queue/%2Forders/tmp\n');
  expect(text).not.toContain('calls:');
});

test('what the broker cannot do is blocked, and no key is offered', () => {
  const risk = {
    class: 'refused',
    code: 'no',
    message: 'Kafka cannot remove partitions',
    hint: 'make a new topic',
  } as const;
  const refused = { ...shortenedTopic, risks: [risk] };
  const text = renderPlan(
    plan({ waves: [[refused]], blockers: [{ address: refused.address, risk }] }),
    'text',
    PLAIN,
  );
  expect(text).toContain('      cannot be overridden: make a new topic\n');
  expect(text).not.toContain('--allow');
});

test('every key that is needed stands on one line, each once', () => {
  const address = replacedQueue.address;
  const destructive = { class: 'destructive', code: 'd', message: 'deletes it' } as const;
  const guard = { class: 'protected', code: 'p', message: 'protected in this environment' } as const;
  const text = renderPlan(
    plan({
      waves: [[{ ...replacedQueue, risks: [destructive, guard] }]],
      blockers: [
        { address, risk: destructive, allow: `destructive:${address}` },
        { address, risk: destructive, allow: `destructive:${address}` },
        { address, risk: guard, allow: `protected:${address}` },
      ],
    }),
    'text',
    PLAIN,
  );
  expect(text).toContain(
    `      to proceed: --allow 'destructive:${address}' --allow 'protected:${address}'\n`,
  );
  expect(text).toContain('      protected: protected in this environment\n');
});

test('a change that was allowed stands where its effect belongs, not under blocked', () => {
  const guard = { class: 'protected', code: 'p', message: 'protected in this environment' } as const;
  const allowed = { ...removedBinding, risks: [...removedBinding.risks, guard] };
  const text = renderPlan(plan({ waves: [[allowed]] }), 'text', PLAIN);
  expect(text.split('\n')[1]).toBe('1 disruptive');
});

test('a section is in the order of the files, whatever the order of the waves', () => {
  const later = step({ ...newExchange, address: 'main/exchange/%2F/z', title: 'exchange z' });
  const one = renderPlan(plan({ waves: [[later, newExchange]] }), 'text', PLAIN);
  const two = renderPlan(plan({ waves: [[newExchange], [later]] }), 'text', PLAIN);
  expect(one).toBe(two);
});

test('a stake that was read on another day says which', () => {
  const affected = { text: '1 ready', values: {}, readAt: '2026-05-03T23:59:59.000Z' };
  const text = renderPlan(plan({ waves: [[{ ...replacedQueue, affected }]] }), 'text', PLAIN);
  expect(text).toContain('affected: 1 ready (as of 2026-05-03 23:59:59Z)');
});

test('a narrow terminal gets no wide gaps', () => {
  const text = renderPlan(examplePlan, 'text', { ...PLAIN, width: 60 });
  expect(text).toContain('vhost /orders  topologies/orders.yaml:42\n');
});

test('colour changes nothing but the colours', () => {
  const coloured = renderPlan(examplePlan, 'text', { ...PLAIN, colour: true });
  expect(coloured).toContain('\u001b[31m-/+\u001b[39m');
  const sgr = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g');
  expect(coloured.replace(sgr, '')).toBe(renderPlan(examplePlan, 'text', PLAIN));
});

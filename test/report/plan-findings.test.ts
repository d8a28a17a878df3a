import { describe, expect, test } from 'vitest';
import type { Plan } from '../../src/model/index.ts';
import { PLAIN, renderPlan } from '../../src/report/index.ts';
import { examplePlan, newExchange, plan, removedBinding, replacedQueue, resource, step } from './example.ts';

function annotations(one: Plan, command: 'plan' | 'drift' = 'plan', folder = ''): string[] {
  return renderPlan(one, 'github', { ...PLAIN, folder }, command)
    .trimEnd()
    .split('\n');
}

describe('a plan as findings', () => {
  test('what is blocked is an error, what is risky a warning, what is safe is none; the worst first', () => {
    expect(annotations(examplePlan)).toEqual([
      "::error file=topologies/orders.yaml,line=42,col=5,title=plan/replace::replaces queue orders.events (vhost /orders): type classic → quorum; cannot change in place: replaces the queue; affected: 18,204 ready, 312 unacknowledged, 4 consumers%0Ahint: drain it; or: --allow 'destructive:main/queue/%252Forders/orders.events'",
      '::warning file=topologies/pay.yaml,line=17,col=5,title=plan/retention::changes topic payments: retention.ms 7d → 1d; deletes about 6 days of log; group "ledger" lags 2.1 days',
      '::warning title=plan/unbind::deletes binding events → old (key k, vhost /orders): messages stop arriving at queue old',
    ]);
  });

  test('ten of each level, the gravest of them, and the rest counted', () => {
    const risk = (name: 'destructive' | 'disruptive') => [{ class: name, code: name, message: 'm' }] as const;
    const many = (name: 'destructive' | 'disruptive', count: number) =>
      Array.from({ length: count }, (_, i) =>
        step({ address: `main/queue/${name}${i}`, title: name, risks: risk(name) }),
      );
    // Allowed by name: warnings, before those that only disrupt.
    const lines = annotations(plan({ waves: [[...many('disruptive', 30), ...many('destructive', 8)]] }));
    expect(lines.filter((line) => line.includes('title=plan/destructive'))).toHaveLength(8);
    expect(lines.filter((line) => line.includes('title=plan/disruptive'))).toHaveLength(2);
    expect(lines.at(-1)).toBe('28 more warnings without an annotation; run "brokerform plan" to see all.');
  });

  test('a field is annotated at its own line, the one that forces a replacement first', () => {
    const at = (line: number) => ({ file: 'a.yaml', line, col: 3 });
    const fields = [
      { name: 'max-length', before: '1', after: '2', at: at(7) },
      { name: 'type', before: 'a', after: 'b', at: at(9), immutable: 'fixed' },
    ];
    const [line] = annotations(plan({ waves: [[{ ...replacedQueue, fields }]] }), 'plan', 'infra');
    expect(line).toMatch(/^::warning file=infra\/a\.yaml,line=9,col=3,/);
  });

  test('what the broker cannot do is an error, also where it is no step', () => {
    const risk = { class: 'refused', code: 'too-old', message: 'it cannot', hint: 'upgrade' } as const;
    expect(annotations(plan({ blockers: [{ address: 'main/queue/a', risk }] }))).toEqual([
      '::error title=plan/too-old::main/queue/a: it cannot%0Ahint: upgrade',
    ]);
    const blocked = plan({
      waves: [[{ ...newExchange, risks: [risk] }]],
      blockers: [{ address: newExchange.address, risk }],
    });
    expect(annotations(blocked)[0]).toMatch(
      /^::error .*::creates exchange events \(vhost \/orders\): it cannot%0Ahint: upgrade$/,
    );
  });
});

describe('a drift as findings', () => {
  test('each difference counts, as it is seen from the topology', () => {
    const changed = step({
      address: 'main/queue/a',
      action: 'update',
      title: 'queue a',
      change: {
        action: 'update',
        before: resource('main/queue/a'),
        after: resource('main/queue/a'),
        fields: [],
      },
      fields: [{ name: 'max-length', before: '5' }],
    });
    const waves = [[newExchange, changed, removedBinding, replacedQueue]];
    const { blockers } = examplePlan;
    expect(annotations(plan({ waves, blockers, unmanaged: ['main/queue/x'] }), 'drift')).toEqual([
      '::error file=topologies/orders.yaml,line=42,col=5,title=drift/differs::queue orders.events (vhost /orders) differs on the broker: type classic → quorum',
      '::warning title=drift/not-gone::binding events → old (key k, vhost /orders) is retired but still on the broker',
      '::warning file=topologies/orders.yaml,line=5,col=5,title=drift/missing::exchange events (vhost /orders) is missing on the broker',
      '::warning title=drift/differs::queue a differs on the broker: max-length 5 → unset',
      '::notice title=drift/unmanaged::main/queue/x is unmanaged: owned by the project but not declared',
    ]);
  });

  test('nothing that differs is a report that passes', () => {
    expect(annotations(plan(), 'drift')).toEqual(['']);
    expect(renderPlan(plan(), 'junit', PLAIN, 'drift')).toContain(
      '<testsuites name="brokerform drift" tests="1" failures="0"',
    );
  });

  test('the comment lists what is unmanaged, folded', () => {
    const text = renderPlan(examplePlan, 'markdown', PLAIN, 'drift');
    expect(text).toContain('### Drift <code>shop &#40;prod-eu&#41;</code>');
    expect(text).toMatch(
      /<details><summary>Unmanaged \(3\)<\/summary>\n\n```text\n \? {2}main\/queue\/%2Forders\/tmp\n/,
    );
    expect(renderPlan(examplePlan, 'markdown', PLAIN)).not.toContain('Unmanaged (3)');
  });
});

import fc from 'fast-check';
import type { Diagnostic, Diff, Plan } from '../../src/model/index.ts';
import { codePoint } from '../setup/code-point.ts';
import { plan, resource, step } from './example.ts';

const nasty = [
  '\u001b[2J\u001b]0;title\u0007',
  '\r\n::error::owned',
  '\n::set-output name=a::b',
  '\u009b31m',
  '\u202egnp.exe\u2066',
  '\u2028\u2029\u0085\u007f\u0000',
  '| a | b |\n|---|',
  '``` `` `',
  '\n```\n# heading\n',
  '</details><script>alert(1)</script>',
  '</summary></code><img src=x onerror=alert(1)>',
  '@everyone #1 [x](javascript:a) ![i](http://evil) www.evil.example',
  '[text](1) {0} {{1}}',
  ']]><!-- --><![CDATA[ &amp; " \' ',
  ' --> <!-- brokerform:plan project=other -->',
  '\ud800 \udfff \ufffe \uffff \ufeff',
  "'; rm -rf / '",
  '%0A%0D::',
  '%0A::error file=a::b',
  ',line=9::x',
  '../../../etc/passwd',
  'C:\\a\\b',
  '😀'.repeat(70),
];

/** Names that try to be something else in one format or another. */
export const hostile = fc.oneof(
  fc.constantFrom(...nasty),
  fc.string({ unit: codePoint, maxLength: 40 }),
  fc
    .tuple(fc.constantFrom(...nasty), fc.string({ unit: codePoint, maxLength: 10 }))
    .map((parts) => parts.join('')),
);

/** A plan, findings, a diff and a report with the same text wherever a file or a broker can put one. */
export function planWith(name: string): Plan {
  const at = { file: name, line: 1, col: 1, pattern: name };
  const risk = { class: 'destructive', code: name, message: name, hint: name } as const;
  const address = 'main/queue/x';
  const one = step({
    address,
    action: 'replace',
    title: name,
    detail: name,
    change: { action: 'replace', before: resource(address), after: resource(address, {}, at), fields: [] },
    fields: [
      { name, before: name, after: name, immutable: name },
      { name, after: name },
    ],
    risks: [risk, { class: 'disruptive', code: name, message: `x${name}`, hint: name }],
    affected: { text: name, values: {}, readAt: name },
    dependents: [
      {
        ...{ address: 'main/binding/y', title: name, detail: name, outcome: 'recreated', calls: [] },
        resource: { address: 'main/binding/y', spec: {}, dependsOn: [] },
      },
    ],
    calls: [{ op: name, target: address }],
  });
  const safe = step({ address: 'main/queue/z', title: name, detail: name });
  return plan({
    project: name,
    environment: name,
    brokers: [{ name, type: name, id: name, version: name, facts: {} }],
    waves: [[one, safe]],
    blockers: [{ address, risk, allow: `destructive:${name}` }],
    unmanaged: [name],
    abandonedMoves: [
      { address: name, title: name, detail: name, left: [{ address: name, title: name, text: name }] },
    ],
  });
}

export function findingsWith(text: string): Diagnostic[] {
  const at = { file: text, line: 1, col: 1 };
  return [
    { code: text, severity: 'error', message: text, hint: text, at, related: [at] },
    { code: text, severity: 'warning', message: text, hint: text },
  ];
}

export function diffWith(text: string): Diff {
  const { project, environment = '', brokers, waves } = planWith(text);
  const at = { file: text, line: 1, col: 1 };
  const names = { address: 'main/queue/u', title: text, detail: text, at };
  return {
    brokerform: 'diff',
    version: 2,
    tool: 'brokerform 0.1.0',
    project,
    environment,
    base: { ref: text, commit: text, errors: 1, note: 'n' },
    head: { ref: text, commit: text, errors: 0 },
    brokers,
    steps: waves.flat(),
    blockers: [],
    undeclared: [
      { ...names, owned: true, dependents: ['main/binding/a'] },
      { ...names, fields: [{ name: text, before: text }], owned: false },
    ],
    guards: [{ name: text, before: text, weaker: true }],
    effects: [
      { ...names, about: [text, `x${text}`], more: 3, outcome: 'unroutable', text, risk: 'disruptive' },
    ],
    effectsCut: 2,
    brokenTests: [
      { name: `t${text}`, at, failures: [{ key: 'reaches', message: text, hint: text, at }] },
      { name: text, at, failures: [{ key: text, message: text, at }], removed: true },
    ],
    findings: { new: findingsWith(text), fixed: findingsWith(text), remaining: 1 },
    unchanged: 1,
  };
}

export function reportWith(text: string) {
  return {
    version: 2,
    project: text,
    startedAt: text,
    finishedAt: text,
    interrupted: text,
    notes: [text],
    steps: [
      {
        address: text,
        title: text,
        detail: text,
        action: text,
        status: 'failed',
        failure: { op: text, status: text, message: text, hint: text },
        affected: { text, values: {}, readAt: text },
      },
    ],
  } as const;
}

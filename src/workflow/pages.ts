import { providers } from '../brokers/index.ts';
import { MISTAKES, type Page } from '../model/index.ts';
import { allRules, upgradeRules } from './known-brokers.ts';

/** Everything that `explain` knows. A star stands for one part of the codes that a page is about. */
export function explainedPages(): Page[] {
  return [
    ...allRules(),
    ...upgradeRules(),
    ...providers.flatMap(({ pages = [] }) => pages),
    ...mistakes,
    ...groups,
  ];
}

/** The page of a code that any command prints; undefined where there is none. */
export function pageOf(code: string, pages: readonly Page[]): Page | undefined {
  const exact = pages.find((page) => page.code === code);
  if (exact) return exact;
  const [group = '', rest = ''] = code.split('/');
  if (rest === '') return undefined;
  const isOf = ({ code: pattern }: Page) =>
    pattern === `${group}/*` || (pattern === `*/${rest}` && providers.some(({ name }) => name === group));
  return pages.find(isOf);
}

const mistakes = Object.entries(MISTAKES).map(
  ([name, summary]): Page => ({
    code: `*/${name}`,
    severity: 'error',
    summary,
    explain: `
A mistake in what a section declares, which is none of style: no plan is made before it is corrected, and no setting or
comment suppresses it. The finding names the place and, where there are two, the other one; its hint says what to write.
docs/topology-format.md documents the sections.
`,
  }),
);

const groups: readonly Page[] = [
  {
    code: 'load/*',
    severity: 'error',
    summary: 'A file cannot be read as it is meant',
    explain: `
A mistake in a file: its syntax, a key or value that the schema does not allow, a variable without a value, an address that
names nothing. The message says what was expected, and the hint what to write. Nothing suppresses it; warnings of this
group name what has no effect. docs/topology-format.md documents the keys.
`,
  },
  {
    code: 'import/*',
    severity: 'error',
    summary: 'A file of another tool cannot be read',
    explain: `
\`import\` reads every key of a file of another tool. An error of this group names the line that it cannot make sense of;
what it reads and cannot carry over is listed by line instead, without an error. docs/importing.md documents the formats.
`,
  },
  {
    code: 'plan/*',
    severity: 'warning',
    summary: 'A step of a plan that is blocked, destructive or disruptive',
    explain: `
The last part is the worst risk of the step, as in \`risks\` of the plan's JSON, or what becomes of messages. A blocked step is an
error: its hint says how to proceed, with the key for \`--allow\` where one opens it. \`plan/left-behind\` is what the base
revision declared and nothing declares any more: it stays on the broker until it is listed under \`retired\`.
\`plan/interrupted-move\` is a move that no apply continues. docs/safety.md documents the risks.
`,
  },
  {
    code: 'drift/*',
    severity: 'warning',
    summary: 'A difference between the topology and a broker',
    explain: `
\`drift/missing\`: declared, and not on the broker. \`drift/differs\`: on the broker with other values. \`drift/not-gone\`: retired,
and still there. \`drift/unmanaged\`: owned by the project, and not declared. An apply removes the differences; unmanaged
resources only with \`--prune\`. docs/ownership.md documents what a project owns.
`,
  },
  {
    code: 'diff/*',
    severity: 'warning',
    summary: 'What a change of files means, without a broker',
    explain: `
\`diff/undeclared\`: the base declares it, and the head does not: it stays on the brokers. \`diff/weaker-guard\`: the head guards
less than the base did. The others say what becomes of messages: a queue gets none any more, a client loses a right.
`,
  },
  {
    code: 'test/*',
    severity: 'error',
    summary: 'A test of the topology fails, or was not run',
    explain: `
The last part is the expectation that fails, such as \`test/reaches\`; \`test/skipped\` is a test that was not run, with the
reason. docs/testing.md documents tests and expectations.
`,
  },
  {
    code: 'custom/*',
    severity: 'warning',
    summary: "A rule of the project's own",
    explain: `
\`lint.custom\` in the configuration declares it: the name, the kinds and paths of files that it is for, the pattern or limits,
and its severity. docs/lint.md documents the keys.
`,
  },
];

import { availability } from '../src/brokers/rabbitmq/fields/argument.ts';
import { QUEUE_ARGUMENTS } from '../src/brokers/rabbitmq/fields/queue.ts';
import { allRules } from '../src/workflow/index.ts';

type Rule = ReturnType<typeof allRules>[number];

const HEAD = `# Lint rules

Generated from the rules by \`npm run docs\`. \`brokerform explain CODE\` prints the same text for one rule.

\`brokerform validate\` runs every rule offline. A rule has the severity \`error\`, \`warning\` or \`info\`. \`--fail-on\` sets the
lowest severity that exits with 3. Change a severity for the whole project in \`brokerform.yaml\`:

\`\`\`yaml
lint:
  rules:
    rabbitmq/unbound-queue: off
    rabbitmq/unbounded-queue: warning
\`\`\`

Or suppress a finding on one line of a topology, with a reason:

\`\`\`yaml
rabbitmq:
  queues:
    # brokerform-ignore rabbitmq/unbound-queue: publishers send to it by its name
    invoices: { type: quorum }
\`\`\`

A comment on a separate line covers the next line with content; a comment at the end of a line covers that line. Separate
several codes with commas. A comment without a reason is an error; an unused one is a finding.

More than three warnings or infos of one rule about the same field, with the same advice, are one decision: the text and the comment of a
pull request show the first, and how many others there are. \`-v\` lists each, and so do JSON, SARIF, JUnit and GitLab. Errors are
always listed one by one.

## Baseline: accept what is there

\`\`\`sh
brokerform validate --write-baseline   # writes lint-baseline.json beside brokerform.yaml
\`\`\`

From then on, \`validate\`, \`plan\` and \`diff\` report only new findings: one of another rule, resource or field, or one more of the same. What
no longer exists is reported as \`lint/stale-baseline\`. Commit the file. For another name, set \`lint.baseline\`.

## Rules of your own

Conventions of a project are data in \`brokerform.yaml\`. The code of such a rule is \`custom/\` and its name; severities, suppressions
and baselines work as for all rules.

\`\`\`yaml
lint:
  custom:
    queue-names:
      match: main/queue/**
      name: "[a-z]+(\\\\.[a-z-]+)*"
      description: names are lower-case words with dots
    limits:
      match: [main/queue/**, main/exchange/**]
      files: topologies/orders/**
      severity: error
      fields:
        max-length: { required: true, max: 100000 }
        message-ttl: { max: 14d }
        type: { one-of: [quorum, stream] }
      hint: ask the platform team
\`\`\`

| key | meaning |
|---|---|
| \`match\` | address globs of the resources that the rule is about |
| \`files\` | globs of topology files, relative to the configuration |
| \`severity\` | \`error\`, \`warning\` (the default) or \`info\` |
| \`name\` | a regular expression in the [syntax of RE2](https://github.com/google/re2/wiki/Syntax) that the whole name must match |
| \`fields.<name>\` | by the name that plans show: \`required: true\` (a file must declare it) or \`false\` (none may), \`one-of\`, \`min\`, \`max\` |
| \`description\`, \`hint\` | why, and what to do; findings show both |
`;

/** The text of docs/lint.md: every rule, by family, under the code that findings show. */
export function lintDocs(): string {
  const rules = [...allRules()].sort((a, b) => (a.code < b.code ? -1 : 1));
  const families = [...new Set(rules.map(familyOf))];
  return [
    HEAD,
    ...families.map((family) => familyDocs(rules.filter((rule) => familyOf(rule) === family))),
  ].join('\n');
}

function familyOf(rule: Pick<Rule, 'code'>): string {
  return rule.code.split('/', 1)[0] ?? '';
}

function familyDocs(rules: readonly Rule[]): string {
  const [first] = rules;
  const rows = rules.map(
    (rule) => `| [\`${rule.code}\`](#${anchor(rule.code)}) | ${rule.severity} | ${rule.summary} |\n`,
  );
  const table = `| code | severity | finds |\n|---|---|---|\n${rows.join('')}`;
  const bodies = rules.map(
    (rule) => `### ${rule.code}\n\n${rule.summary}. Severity: ${rule.severity}.\n\n${rule.explain.trim()}\n`,
  );
  return [`## ${first ? familyOf(first) : ''}/\n\n${table}`, ...bodies].join('\n');
}

/** As GitHub makes it of a heading: lower case, without the slash. */
function anchor(code: string): string {
  return code.replaceAll('/', '');
}

const TABLE = /(<!-- queue arguments: npm run docs -->\n\n)[\s\S]*?(\n<!-- end -->)/;

/** A page with its tables of fields as they should be. */
export function withTables(page: string): string {
  return page.replace(TABLE, (_, head: string, tail: string) => head + queueArgumentsTable() + tail);
}

/** The arguments of queues, by the types of queues that take them. */
function queueArgumentsTable(): string {
  const rows = new Map<string, string[]>();
  for (const [name, row] of QUEUE_ARGUMENTS) {
    if (row.raw) continue;
    const types = availability({ ...row, policy: undefined });
    rows.set(types, [
      ...(rows.get(types) ?? []),
      row.deadLetter ? `dead-letter: { ${row.deadLetter} }` : name,
    ]);
  }
  const lines = Array.from(
    rows,
    ([types, names]) => `| ${names.map((name) => `\`${name}\``).join(', ')} | ${types} |\n`,
  );
  return `| key | for |\n|---|---|\n${lines.join('')}`;
}

import type { Rule } from '../../model/index.ts';

/** `lintTopology` reports this from the configuration; there is no resource to check. */
export const unknownField: Rule = {
  code: 'lint/unknown-field',
  severity: 'warning',
  summary: 'A rule of the project limits a field that no resource has',
  explain: `
A rule of \`lint.custom\` names a field that none of its resources has and that no broker of the project knows. It limits
nothing. Fields are named as plans show them: \`brokerform plan -v\`.

Bad:
\`\`\`yaml
lint:
  custom:
    limits: { match: main/queue/**, fields: { max-lenght: { max: 100000 } } }
\`\`\`
Good:
\`\`\`yaml
lint:
  custom:
    limits: { match: main/queue/**, fields: { max-length: { max: 100000 } } }
\`\`\`
`,
  check: () => [],
};

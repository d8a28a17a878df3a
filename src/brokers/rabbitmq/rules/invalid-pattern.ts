import type { Json, Rule } from '../../../model/index.ts';

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  policy: ['pattern'],
  'operator-policy': ['pattern'],
  permission: ['configure', 'write', 'read'],
  'topic-permission': ['write', 'read'],
};

export const invalidPattern: Rule = {
  code: 'rabbitmq/invalid-pattern',
  severity: 'error',
  summary: 'A pattern is not a valid regular expression',
  explain: `
Patterns of policies and permissions are regular expressions (PCRE), not globs, and the broker refuses one that does
not compile. \`*\` alone is the usual slip: everything is \`.*\`, and everything that begins with orders is \`^orders\`.

Bad:
\`\`\`yaml
policies:
  limits: { pattern: "*", definition: { max-length: 1000 } }
\`\`\`
Good:
\`\`\`yaml
policies:
  limits: { pattern: .*, definition: { max-length: 1000 } }
\`\`\`
`,
  *check(context) {
    for (const [kind, fields] of Object.entries(FIELDS)) {
      for (const resource of context.ofKind(kind)) {
        for (const field of fields) {
          const pattern = resource.spec[field];
          const problem = patternProblem(pattern);
          if (!problem) continue;
          yield {
            resource,
            path: [field],
            message: `${field} "${String(pattern)}" is no regular expression: ${problem}`,
            hint: pattern === '*' ? 'everything is .*' : 'patterns are regular expressions, not globs',
          };
        }
      }
    }
  },
};

/** What is certainly wrong in PCRE too; JavaScript also refuses some patterns that PCRE takes. */
const WRONG_IN_BOTH =
  /(Nothing to repeat|Unterminated group|Unmatched '\)'|Unterminated character class|\\ at end of pattern|Lone quantifier brackets|numbers out of order|Range out of order)/;
/** A pattern is only read here, never run; one that is longer is no mistake of typing. */
const LONGEST = 65_536;
const POSSESSIVE = /[*+?}]\+/;

export function patternProblem(pattern: Json | undefined): string | undefined {
  if (typeof pattern !== 'string' || pattern.length > LONGEST) return undefined;
  try {
    new RegExp(pattern);
    return undefined;
  } catch (error) {
    const problem = WRONG_IN_BOTH.exec(error instanceof Error ? error.message : '')?.[0];
    return problem === undefined || POSSESSIVE.test(pattern) ? undefined : problem.toLowerCase();
  }
}

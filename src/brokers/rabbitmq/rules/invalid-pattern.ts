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
Patterns of policies and permissions are regular expressions (PCRE), not globs. The broker rejects a pattern that does
not compile. A common mistake is \`*\`: use \`.*\` to match everything, and \`^orders\` to match names that start with
orders.

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
            message: `${field} "${String(pattern)}" is not a valid regular expression: ${problem}`,
            hint:
              pattern === '*' ? 'use .* to match everything' : 'patterns are regular expressions, not globs',
          };
        }
      }
    }
  },
};

/** Errors in PCRE as well; JavaScript also rejects some patterns that PCRE accepts. */
const WRONG_IN_BOTH =
  /(Nothing to repeat|Unterminated group|Unmatched '\)'|Unterminated character class|\\ at end of pattern|Lone quantifier brackets|numbers out of order|Range out of order)/;
/** Patterns are compiled here, never run; a longer one is not a typing mistake. */
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

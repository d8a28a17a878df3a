import { parseAddress, type Resource, type Rule, type RuleContext } from '../../model/index.ts';

/** Invisible: soft hyphen, zero-width characters, joiners, direction marks, byte order mark. */
const INVISIBLE = /[\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2064\u2066-\u2069\uFEFF]/g;

export const lookalikeNames: Rule = {
  code: 'lint/lookalike-names',
  severity: 'warning',
  summary: 'Two names differ only in case or in invisible characters',
  explain: `
Brokers compare names byte by byte: \`Orders\` and \`orders\` are different names, and so are two names if one contains a
zero-width space. Publishers and consumers then use different resources, and messages accumulate unread in one of
them. Keep one name.

Bad:
\`\`\`yaml
queues:
  Orders: {}
  orders: {}
\`\`\`
Good:
\`\`\`yaml
queues:
  orders: {}
\`\`\`
`,
  *check(context: RuleContext) {
    const seen = new Map<string, Resource>();
    for (const resource of context.resources) {
      const key = appearance(resource.address);
      if (key === undefined) continue;
      const twin = seen.get(key);
      if (!twin) seen.set(key, resource);
      else {
        yield {
          resource,
          message: `"${nameOf(resource)}" and "${nameOf(twin)}" look alike but are different names`,
          hint: 'keep one of them, or rename one',
          ...(twin.at && { related: [twin.at] }),
        };
      }
    }
  },
};

/**
 * Equal for two names in one container that look the same. Undefined for longer addresses, which consist of the names
 * of other resources; those names are checked at their declaration.
 */
function appearance(address: string): string | undefined {
  const segments = address.split('/');
  if (segments.length > 4) return undefined;
  const name = segments.pop() ?? '';
  // Nearly every name is plain ASCII and needs no decoding.
  const look = name.includes('%')
    ? decodeURIComponent(name).replace(INVISIBLE, '').normalize('NFKC').toLowerCase()
    : name.toLowerCase();
  return `${segments.join('/')}/${look}`;
}

function nameOf(resource: Resource): string {
  return parseAddress(resource.address).path.at(-1) ?? '';
}

import { parseAddress, type Resource, type Rule, type RuleContext } from '../../model/index.ts';

/** Soft hyphen, zero-width characters, joiners, direction marks, byte order mark: nobody sees them. */
const INVISIBLE = /[\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2064\u2066-\u2069\uFEFF]/g;

export const lookalikeNames: Rule = {
  code: 'lint/lookalike-names',
  severity: 'warning',
  summary: 'Two names differ only in case, or in what cannot be seen',
  explain: `
Brokers compare names byte by byte: \`Orders\` and \`orders\` are two different things, and so are two names of which
one holds a zero-width space. Publishers and consumers then meet on different ones, and messages pile up unread in
the twin. Keep one of them.

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
          message: `"${nameOf(resource)}" and "${nameOf(twin)}" look alike, but are two different names`,
          hint: 'keep one of them, or give them names that people can tell apart',
          ...(twin.at && { related: [twin.at] }),
        };
      }
    }
  },
};

/**
 * Equal for two names in one container that people would read as one. Undefined for what has no name of its own:
 * longer addresses tell what a resource connects, and those names are checked where they are declared.
 */
function appearance(address: string): string | undefined {
  const segments = address.split('/');
  if (segments.length > 4) return undefined;
  const name = segments.pop() ?? '';
  // Plain ASCII, which nearly every name is, needs no decoding.
  const look = name.includes('%')
    ? decodeURIComponent(name).replace(INVISIBLE, '').normalize('NFKC').toLowerCase()
    : name.toLowerCase();
  return `${segments.join('/')}/${look}`;
}

function nameOf(resource: Resource): string {
  return parseAddress(resource.address).path.at(-1) ?? '';
}

import { makeAddress, parseAddress, type Rule, type RuleContext } from '../../../model/index.ts';

const EVERYTHING = new Set<unknown>(['.*', '^.*$', '^.*', '.*$']);

export const permissionGrantsEverything: Rule = {
  code: 'rabbitmq/permission-grants-everything',
  severity: 'info',
  summary: 'A user can configure, write and read everything in a vhost',
  explain: `
With \`.*\` for all three permissions, the credentials of one service can delete every queue of the vhost and read every
message. Grant only the names that the service uses. If brokerform applies the topology, most services need no
\`configure\` permission: \`^$\` grants nothing. The rule ignores users with the tag \`administrator\`, who can grant
themselves every permission.

Bad:
\`\`\`yaml
permissions:
  orders-service: { configure: .*, write: .*, read: .* }
\`\`\`
Good:
\`\`\`yaml
permissions:
  orders-service: { configure: ^$, write: ^events$, read: ^orders }
\`\`\`
`,
  *check(context) {
    for (const resource of context.ofKind('permission')) {
      const { configure, write, read } = resource.spec;
      if (![configure, write, read].every((pattern) => EVERYTHING.has(pattern))) continue;
      const [vhost = '', user = ''] = parseAddress(resource.address).path;
      if (isAdministrator(context, user)) continue;
      yield {
        resource,
        message: `user "${user}" can configure, write and read everything in vhost "${vhost}"`,
        hint: 'grant only the names that the user needs; ^$ grants nothing',
      };
    }
  },
};

function isAdministrator({ broker, get }: RuleContext, user: string): boolean {
  const tags = get(makeAddress(broker.name, 'user', user))?.spec.tags;
  return Array.isArray(tags) && tags.includes('administrator');
}

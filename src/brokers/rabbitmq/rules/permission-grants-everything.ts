import { parseAddress, type Rule } from '../../../model/index.ts';

const EVERYTHING = new Set<unknown>(['.*', '^.*$', '^.*', '.*$']);

export const permissionGrantsEverything: Rule = {
  code: 'rabbitmq/permission-grants-everything',
  severity: 'info',
  summary: 'A user may configure, write and read everything in a vhost',
  explain: `
With \`.*\` for all three, the credentials of one service can delete every queue of the vhost and read every message.
Grant the names that the service uses. Most need no \`configure\` at all where the topology is applied from here: \`^$\`
grants nothing.

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
      yield {
        resource,
        message: `user "${user}" may configure, write and read everything in vhost "${vhost}"`,
        hint: 'grant the names that it uses; ^$ grants nothing',
      };
    }
  },
};

import { kindOf, parseAddress, type Resource, type Rule } from '../../../model/index.ts';

const LONGEST = 255;

/** `isValidAssetName` of server/jetstream.go, plus control characters, which break tools and logs. */
const ILLEGAL = /[\s.*>\\/\p{Cc}]/u;

/** Bucket names are part of subjects that every client validates (ADR-8, ADR-20). */
const BUCKET = /^[A-Za-z0-9_-]+$/;

export const illegalName: Rule = {
  code: 'nats/illegal-name',
  severity: 'error',
  summary: 'The server or the clients reject a name',
  explain: `
Names of streams and consumers are part of API subjects. They cannot contain white space, \`.\`, \`*\`, \`>\`, \`/\` or \`\\\`,
and have at most 255 bytes. Names of key-value buckets and object stores contain only letters, digits, \`_\` and \`-\`.

Bad:
\`\`\`yaml
streams:
  shop.orders: { subjects: [orders.>], max_age: 7d }
\`\`\`
Good:
\`\`\`yaml
streams:
  SHOP_ORDERS: { subjects: [orders.>], max_age: 7d }
\`\`\`
`,
  *check(context) {
    for (const resource of context.resources) {
      const problem = problemOf(resource);
      if (problem === undefined) continue;
      const name = parseAddress(resource.address).path.at(-1) ?? '';
      yield { resource, message: `name ${JSON.stringify(name)} ${problem}`, hint: 'choose another name' };
    }
  },
};

function problemOf({ address }: Resource): string | undefined {
  const name = parseAddress(address).path.at(-1) ?? '';
  const kind = kindOf(address);
  if (name === '') return 'is empty';
  if (new TextEncoder().encode(name).length > LONGEST) return `is longer than ${LONGEST} bytes`;
  if (kind === 'key-value' || kind === 'object-store') {
    return BUCKET.test(name) ? undefined : 'can contain only letters, digits, _ and -';
  }
  return ILLEGAL.test(name)
    ? 'cannot contain white space, control characters, ".", "*", ">", "/" or "\\"'
    : undefined;
}

import { kindOf, parseAddress, type Resource, type Rule } from '../../../model/index.ts';

const LONGEST = 255;

/** `isValidAssetName` of server/jetstream.go; further control characters break tools and logs. */
const ILLEGAL = /[\s.*>\\/\p{Cc}]/u;

/** Of buckets: their names are part of subjects that every client checks (ADR-8, ADR-20). */
const BUCKET = /^[A-Za-z0-9_-]+$/;

export const illegalName: Rule = {
  code: 'nats/illegal-name',
  severity: 'error',
  summary: 'A name that the server or the clients refuse',
  explain: `
Names of streams and consumers are part of the subjects of the API. They may hold no white space, \`.\`, \`*\`, \`>\`,
\`/\` or \`\\\`, and at most 255 bytes. Names of key-value buckets and object stores are letters, digits, \`_\` and \`-\`.

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
      yield { resource, message: `the name ${JSON.stringify(name)} ${problem}`, hint: 'choose another name' };
    }
  },
};

function problemOf({ address }: Resource): string | undefined {
  const name = parseAddress(address).path.at(-1) ?? '';
  const kind = kindOf(address);
  if (name === '') return 'is empty';
  if (new TextEncoder().encode(name).length > LONGEST) return `is longer than ${LONGEST} bytes`;
  if (kind === 'key-value' || kind === 'object-store') {
    return BUCKET.test(name) ? undefined : 'may hold only letters, digits, _ and -';
  }
  return ILLEGAL.test(name)
    ? 'may hold no white space, control character, ".", "*", ">", "/" or "\\"'
    : undefined;
}

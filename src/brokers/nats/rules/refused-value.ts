import { kindOf, type Rule } from '../../../model/index.ts';
import { valueProblems } from '../fields/value-constraints.ts';
import { kinds } from '../kinds/index.ts';

export const refusedValue: Rule = {
  code: 'nats/refused-value',
  severity: 'error',
  summary: 'The server rejects a value',
  explain: `
The server rejects these values in any stream or consumer: a \`duplicate_window\` below 100ms, a
\`subject_delete_marker_ttl\` below 1s, a \`description\` over 4,096 bytes, a \`max_msg_size\` over 2 GiB, a \`sample_freq\`
that is not a number. A subject mapping can refer only to wildcards of its source and use only these functions:
\`wildcard\`, \`partition\`, \`split\`, \`splitFromLeft\`, \`splitFromRight\`, \`sliceFromLeft\`, \`sliceFromRight\`, \`left\`,
\`right\`, \`random\`.

Bad:
\`\`\`yaml
streams:
  ORDERS:
    subjects: [orders.*]
    max_age: 7d
    subject_transform: { src: orders.*, dest: "shop.{{wildcard(2)}}" }
\`\`\`
Good:
\`\`\`yaml
streams:
  ORDERS:
    subjects: [orders.*]
    max_age: 7d
    subject_transform: { src: orders.*, dest: "shop.{{wildcard(1)}}" }
\`\`\`
`,
  *check({ resources, broker }) {
    for (const resource of resources) {
      const { valueConstraints = [] } = kinds[kindOf(resource.address)] ?? {};
      for (const { field, message } of valueProblems(valueConstraints, resource.spec, broker)) {
        yield { resource, path: [field], message, hint: 'correct the value: the server rejects it' };
      }
    }
  },
};

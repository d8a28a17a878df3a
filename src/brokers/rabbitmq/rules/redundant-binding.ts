import { canonicalJson, groupBy, type Rule } from '../../../model/index.ts';
import { coversKeys, keysOfPattern, splitKey, TopicTrie } from '../routing/matching.ts';
import { type Binding, vhostsOf } from '../routing/read-topology.ts';

export const redundantBinding: Rule = {
  code: 'rabbitmq/redundant-binding',
  severity: 'info',
  summary: 'A binding is redundant because another one matches the same messages',
  explain: `
A queue receives one copy of a message, no matter how many bindings match. A binding that another binding between the
same source and destination covers has no effect and is misleading: removing it does not stop any messages. (Fanout
and headers exchanges ignore keys; direct and topic exchanges ignore arguments.)

Bad:
\`\`\`yaml
exchanges: { events: { type: topic } }
queues:
  orders:
    bindings: [{ from: events, key: order.# }, { from: events, key: order.created }]
\`\`\`
Good:
\`\`\`yaml
exchanges: { events: { type: topic } }
queues:
  orders:
    bindings: [{ from: events, key: order.# }]
\`\`\`
`,
  *check(context) {
    for (const vhost of vhostsOf(context)) {
      for (const [source, bindings] of groupBy(vhost.bindings, (binding) => binding.source)) {
        const type = vhost.exchange(source)?.type ?? '';
        for (const group of sameEnds(bindings)) {
          for (const [binding, wider] of covered(group, type)) {
            yield {
              resource: binding.resource,
              message: `binding from "${source}" to "${binding.destination}" is redundant: ${name(wider)} matches the same messages`,
              hint: 'remove one of them',
              ...(wider.resource.at && { related: [wider.resource.at] }),
            };
          }
        }
      }
    }
  },
};

function name(binding: Binding): string {
  return binding.key === '' ? 'another binding' : `the binding with key "${binding.key}"`;
}

function sameEnds(bindings: readonly Binding[]): Binding[][] {
  const groups = groupBy(bindings, (binding) => `${binding.toQueue} ${binding.destination}`);
  return [...groups.values()].filter((same) => same.length > 1);
}

/** Redundant bindings between one source and destination, each with the binding that covers it. */
function* covered(bindings: readonly Binding[], type: string): Generator<[Binding, Binding]> {
  if (type === 'topic') yield* coveredPatterns(bindings);
  const sameAs = IDENTITY[type];
  if (!sameAs) return;
  const first = new Map<string, Binding>();
  for (const binding of bindings) {
    const twin = first.get(sameAs(binding));
    if (twin) yield [binding, twin];
    else first.set(sameAs(binding), binding);
  }
}

/** The part of a binding that each exchange type matches on. */
const IDENTITY: Readonly<Record<string, (binding: Binding) => string>> = {
  direct: (binding) => binding.key,
  fanout: () => '',
  headers: (binding) => canonicalJson(binding.arguments),
};

function* coveredPatterns(bindings: readonly Binding[]): Generator<[Binding, Binding]> {
  const trie = new TopicTrie<number>();
  for (const [index, binding] of bindings.entries()) trie.add(binding.key, index);
  for (const [index, binding] of bindings.entries()) {
    const keys = keysOfPattern(binding.key);
    // Treats wildcards as plain words: any pattern that covers this key also matches it.
    for (const other of trie.matching(splitKey(binding.key))) {
      const wider = bindings[other];
      if (!wider || other === index || !coversKeys(wider.key, keys)) continue;
      // If they cover each other, keep the first.
      if (other > index && coversKeys(binding.key, keysOfPattern(wider.key))) continue;
      yield [binding, wider];
      break;
    }
  }
}

import { canonicalJson, type Rule } from '../../../model/index.ts';
import { coversKeys, keysOfPattern, splitKey, TopicTrie } from '../effects/topic.ts';
import { type Binding, topologyOf } from '../effects/topology/read.ts';

export const redundantBinding: Rule = {
  code: 'rabbitmq/redundant-binding',
  severity: 'info',
  summary: 'A binding lets nothing pass that another one does not',
  explain: `
A queue gets one copy of a message, however many bindings match. A binding that another binding of the same two ends
covers adds nothing, and misleads: who removes it expects messages to stop. (Keys do not count for fanout and headers
exchanges, arguments do not count for direct and topic exchanges.)

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
    for (const vhost of topologyOf(context).vhosts.values()) {
      for (const [source, bindings] of groupBySource(vhost.bindings)) {
        const type = vhost.exchange(source)?.type ?? '';
        for (const group of sameEnds(bindings)) {
          for (const [binding, wider] of covered(group, type)) {
            yield {
              resource: binding.resource,
              message: `binding from "${source}" to "${binding.destination}" adds nothing: ${name(wider)} lets the same messages pass`,
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
  return binding.key === '' ? 'another binding' : `the one with key "${binding.key}"`;
}

function groupBySource(bindings: readonly Binding[]): Map<string, Binding[]> {
  return group(bindings, (binding) => binding.source);
}

function sameEnds(bindings: readonly Binding[]): Binding[][] {
  const groups = group(bindings, (binding) => `${binding.toQueue} ${binding.destination}`);
  return [...groups.values()].filter((same) => same.length > 1);
}

function group(bindings: readonly Binding[], keyOf: (binding: Binding) => string): Map<string, Binding[]> {
  const groups = new Map<string, Binding[]>();
  for (const binding of bindings) {
    const found = groups.get(keyOf(binding));
    if (found) found.push(binding);
    else groups.set(keyOf(binding), [binding]);
  }
  return groups;
}

/** Bindings of one source and destination that another one makes superfluous, each with that other one. */
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

/** What decides about matching, by type of exchange. */
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
    // Looked up as if its wildcards were plain words: what covers it is among what matches that key.
    for (const other of trie.matching(splitKey(binding.key))) {
      const wider = bindings[other];
      if (!wider || other === index || !coversKeys(wider.key, keys)) continue;
      // Where each covers the other, the first one stays.
      if (other > index && coversKeys(binding.key, keysOfPattern(wider.key))) continue;
      yield [binding, wider];
      break;
    }
  }
}

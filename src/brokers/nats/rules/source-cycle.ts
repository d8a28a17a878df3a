import { cycleThrough, type Resource, type Rule } from '../../../model/index.ts';
import { originsOf, streamNameOf } from '../kinds/addresses.ts';
import { nounOf, streamsOf } from '../topology.ts';

export const sourceCycle: Rule = {
  code: 'nats/source-cycle',
  severity: 'error',
  summary: 'Mirrors and sources form a cycle',
  explain: `
Messages would be copied endlessly, so servers reject a stream that completes a cycle of mirrors and sources
("detected cycle", error 10052), regardless of filters. The rule ignores streams of other accounts and domains.

Bad:
\`\`\`yaml
streams:
  EU: { subjects: [eu.>], max_age: 7d, sources: [{ name: US }] }
  US: { subjects: [us.>], max_age: 7d, sources: [{ name: EU }] }
\`\`\`
Good:
\`\`\`yaml
streams:
  EU: { subjects: [eu.>], max_age: 7d }
  US: { subjects: [us.>], max_age: 7d }
  ALL: { max_age: 7d, sources: [{ name: EU }, { name: US }] }
\`\`\`
`,
  *check(context) {
    const streams = new Map(streamsOf(context).map((stream) => [streamNameOf(stream.address), stream]));
    const originNames = (name: string) => originsOf(streams.get(name)?.spec ?? {});
    const reported = new Set<string>();
    for (const [name, stream] of streams) {
      const cycle = reported.has(name) ? undefined : cycleThrough(name, originNames);
      if (!cycle) continue;
      for (const member of cycle) reported.add(member);
      yield {
        resource: stream,
        path: [stream.spec.mirror ? 'mirror' : 'sources'],
        message: `${nounOf(stream)} copies from itself: ${[...cycle, name].join(' ← ')}`,
        hint: 'copy from all of them into a separate stream',
        related: relatedOf(cycle.slice(1), streams),
      };
    }
  },
};

function relatedOf(names: readonly string[], streams: ReadonlyMap<string, Resource>) {
  return names.flatMap((name) => streams.get(name)?.at ?? []);
}

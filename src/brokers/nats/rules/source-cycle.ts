import type { Resource, Rule } from '../../../model/index.ts';
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
    const told = new Set<string>();
    for (const [name, stream] of streams) {
      const circle = told.has(name) ? undefined : circleThrough(name, streams);
      if (!circle) continue;
      for (const member of circle) told.add(member);
      yield {
        resource: stream,
        path: [stream.spec.mirror ? 'mirror' : 'sources'],
        message: `${nounOf(stream)} copies from itself: ${[...circle, name].join(' ← ')}`,
        hint: 'copy from all of them into a separate stream',
        related: relatedOf(circle.slice(1), streams),
      };
    }
  },
};

function relatedOf(names: readonly string[], streams: ReadonlyMap<string, Resource>) {
  return names.flatMap((name) => streams.get(name)?.at ?? []);
}

/** The shortest path from a stream through its origins back to itself. */
function circleThrough(start: string, streams: ReadonlyMap<string, Resource>): string[] | undefined {
  const cameFrom = new Map<string, string>();
  const open = [start];
  for (const name of open) {
    const stream = streams.get(name);
    for (const origin of stream ? originsOf(stream.spec) : []) {
      if (origin === start) return wayTo(name, cameFrom);
      if (cameFrom.has(origin)) continue;
      cameFrom.set(origin, name);
      open.push(origin);
    }
  }
  return undefined;
}

function wayTo(end: string, cameFrom: ReadonlyMap<string, string>): string[] {
  const way = [end];
  for (let at = cameFrom.get(end); at !== undefined; at = cameFrom.get(at)) way.unshift(at);
  return way;
}

import { nearestWord } from '../../../model/index.ts';
import { stringsIn } from '../fields/values.ts';
import type { Account } from './account.ts';
import { tokensOf } from './subject.ts';

/** More subjects are not compared with a mistyped one. */
const MOST = 20_000;

/** The subject of a stream that was probably meant. */
export function nearestSubject(
  subject: string,
  { streams }: Account,
): { subject: string; stream: string } | undefined {
  const tokens = tokensOf(subject);
  const near = new Map<string, { subject: string; stream: string }>();
  let compared = 0;
  for (const { name, resource } of streams.values()) {
    for (const pattern of stringsIn(resource.spec.subjects)) {
      if (compared++ >= MOST) break;
      const wanted = tokensOf(pattern).map((token, i) => ({ token, own: tokens[i] ?? '' }));
      const literal = wanted.filter(({ token }) => token !== '*' && token !== '>');
      const part = literal.map(({ own }) => own).join('.');
      if (nearestWord(part, [literal.map(({ token }) => token).join('.')]) === undefined) continue;
      // As if the wildcards matched.
      const filled = wanted.flatMap(({ token, own }, i) =>
        token === '>' ? tokens.slice(i) : [token === '*' ? own : token],
      );
      near.set(filled.join('.'), { subject: pattern, stream: name });
    }
  }
  return near.get(nearestWord(subject, near.keys()) ?? '');
}

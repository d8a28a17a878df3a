import { isObject, type JsonObject, type UpgradeRule } from '../../../model/index.ts';
import { objectsIn } from '../fields/values.ts';
import { nounOf, streamsOf } from '../topology.ts';

export const repeatedSource: UpgradeRule = {
  code: 'nats/upgrade-repeated-source',
  since: '2.10',
  severity: 'warning',
  summary: 'A stream that sources another one several times gets the messages of each source',
  explain: `
Of several \`sources\` with the same name, 2.9 uses one, and does not say which. From 2.10 on, each of them copies what its
filter matches: the stream gets messages that it did not get before. Remove the sources that are not meant.
`,
  *check(context) {
    for (const stream of streamsOf(context)) {
      const names = objectsIn(stream.spec.sources).map(originOf);
      const repeated = names.find((name, i) => name !== undefined && names.indexOf(name) !== i);
      if (repeated === undefined) continue;
      yield {
        resource: stream,
        path: ['sources'],
        message: `${nounOf(stream)} sources "${repeated}" several times, of which 2.9 uses one, and 2.10 all`,
        hint: 'remove the sources that are not intended',
      };
    }
  },
};

/** Streams of other accounts are not compared. */
function originOf({ name, external }: JsonObject): string | undefined {
  return isObject(external) ? undefined : String(name);
}

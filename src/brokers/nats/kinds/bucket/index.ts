import type { Kind } from '../../../../model/index.ts';
import { parseAddress } from '../../../../model/index.ts';
import { fixedOfStream, sidesOf } from '../../fields/immutable-fields.ts';
import { stream, streamCalls, streamRisks } from '../stream/index.ts';
import { type BucketShape, completeBucket } from './shapes.ts';

/** A kind whose resources are streams of a certain shape, described in its own words. */
export function bucketKind(shape: BucketShape, noun: string): Kind {
  const words = new Map(Object.entries(shape.keys).map(([name, { api }]) => [api, name]));
  return {
    title: ({ address }) => ({ title: `${noun} ${parseAddress(address).path[0]}`, detail: '' }),
    complete: (resource, context) => completeBucket(resource, context, shape),
    fixed: ([field = ''], change, { broker }) => fixedOfStream(field, sidesOf(change), broker),
    risks: (change, context) =>
      streamRisks(change, context).map((risk) => ({ ...risk, message: inWords(risk.message, words) })),
    calls: streamCalls,
    fieldName: ([first = '', ...rest]) => [words.get(first) ?? first, ...rest].join('.'),
    ...(stream.fieldText && { fieldText: stream.fieldText }),
    ...(stream.stakeText && { stakeText: stream.stakeText }),
  };
}

/** A stream's field by the bucket's own name for it. */
function inWords(message: string, words: ReadonlyMap<string, string>): string {
  return message.replace(/\b[a-z]+(?:_[a-z]+)+\b/g, (word) => words.get(word) ?? word);
}

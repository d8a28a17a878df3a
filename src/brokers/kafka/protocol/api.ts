import { Reader, Writer } from './bytes.ts';
import type { Codec } from './codec.ts';

/**
 * One kind of request at one version. brokerform speaks a single version of each, chosen so that brokers from 2.4
 * to 4.x have it (https://kafka.apache.org/protocol): what is not there is named, not worked around by guessing.
 */
export interface Api<Question, Answer> {
  readonly key: number;
  readonly name: string;
  readonly version: number;
  readonly flexible: boolean;
  readonly question: Codec<Question>;
  readonly answer: Codec<Answer>;
}

/** Gives a request the types of what is asked and answered. */
export function api<Q, A>(one: Api<Q, A>): Api<Q, A> {
  return one;
}

export type AnyApi = Pick<Api<unknown, unknown>, 'key' | 'name' | 'version'>;

/** The question after the message's header, whose last part kafkajs knows nothing of: its tagged fields. */
export function encodeQuestion<Q, A>(api: Api<Q, A>, question: Q): Buffer {
  const writer = new Writer(api.flexible);
  writer.end();
  api.question.write(writer, question);
  return writer.bytes();
}

/** ApiVersions is answered with the old header whatever its version, as the asker may not know the new one. */
const API_VERSIONS = 18;

export function decodeAnswer<Q, A>(api: Api<Q, A>, payload: Buffer): A {
  const reader = new Reader(payload, api.flexible);
  if (api.key !== API_VERSIONS) reader.end();
  return api.answer.read(reader);
}

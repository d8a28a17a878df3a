import { Reader, Writer } from './bytes.ts';

/** How one value stands in a message. Whether a message is flexible is known to its writer or reader. */
export interface Codec<T> {
  write(to: Writer, value: T): void;
  read(from: Reader): T;
}

export type ValueOf<C> = C extends Codec<infer T> ? T : never;

export const int8: Codec<number> = { write: (to, value) => to.int8(value), read: (from) => from.int8() };
export const int16: Codec<number> = { write: (to, value) => to.int16(value), read: (from) => from.int16() };
export const int32: Codec<number> = { write: (to, value) => to.int32(value), read: (from) => from.int32() };
export const int64: Codec<number> = { write: (to, value) => to.int64(value), read: (from) => from.int64() };
export const float64: Codec<number> = {
  write: (to, value) => to.float64(value),
  read: (from) => from.float64(),
};
export const boolean: Codec<boolean> = {
  write: (to, value) => to.int8(value ? 1 : 0),
  read: (from) => from.int8() !== 0,
};
export const string: Codec<string> = {
  write: (to, value) => to.string(value),
  read: (from) => from.string() ?? '',
};
export const nullableString: Codec<string | null> = {
  write: (to, value) => to.string(value),
  read: (from) => from.string(),
};
/** Bytes that are only ever sent. */
export const bytes: Codec<Buffer> = {
  write: (to, value) => to.data(value),
  read: () => Buffer.alloc(0),
};

/** A list that may be missing, which is mostly a way to ask for everything. */
export function nullableArray<T>(item: Codec<T>): Codec<readonly T[] | null> {
  return {
    write(to, values) {
      to.count(values === null ? -1 : values.length);
      for (const value of values ?? []) item.write(to, value);
    },
    read(from) {
      const length = from.count();
      if (length < 0) return null;
      const values: T[] = [];
      for (let i = 0; i < length; i++) values.push(item.read(from));
      return values;
    },
  };
}

/** A missing list is read as an empty one. */
export function array<T>(item: Codec<T>): Codec<readonly T[]> {
  const nullable = nullableArray(item);
  return { write: nullable.write, read: (from) => nullable.read(from) ?? [] };
}

type Fields = Readonly<Record<string, Codec<never>>>;
type Structure<F> = { readonly [K in keyof F]: ValueOf<F[K]> };

/** Fields in their order on the wire. Tagged fields are passed over. */
export function struct<F extends Fields | Record<string, unknown>>(fields: F): Codec<Structure<F>> {
  const list = Object.entries(fields) as [string, Codec<unknown>][];
  return {
    write(to, value) {
      const values = value as Record<string, unknown>;
      for (const [name, codec] of list) codec.write(to, values[name]);
      to.end();
    },
    read(from) {
      const values: Record<string, unknown> = {};
      for (const [name, codec] of list) values[name] = codec.read(from);
      from.end();
      return values as Structure<F>;
    },
  };
}

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

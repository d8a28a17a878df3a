import { Reader, Writer } from './bytes.ts';

/** How one value stands in a message. Whether a message is flexible is known to its writer or reader. */
export interface Codec<T> {
  write(to: Writer, value: T): void;
  read(from: Reader): T;
}

/** What stands in a message: a value, a list of such, or named parts in their order on the wire. */
export type Shape = Codec<unknown> | readonly [Shape] | { readonly [part: string]: Shape };

export type ValueOf<S> =
  S extends Codec<infer T>
    ? T
    : S extends readonly [infer Item]
      ? readonly ValueOf<Item>[]
      : { readonly [Part in keyof S]: ValueOf<S[Part]> };

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
export const bytes: Codec<Buffer> = {
  write: (to, value) => to.data(value),
  read: (from) => from.data() ?? Buffer.alloc(0),
};

/** A list that may be missing, which is mostly a way to ask for everything. */
export function nullable<const S extends Shape>([shape]: readonly [S]): Codec<readonly ValueOf<S>[] | null> {
  const item = codecOf(shape);
  return {
    write(to, values) {
      to.count(values === null ? -1 : values.length);
      for (const value of values ?? []) item.write(to, value);
    },
    read(from) {
      const length = from.count();
      if (length < 0) return null;
      const values: ValueOf<S>[] = [];
      for (let i = 0; i < length; i++) values.push(item.read(from));
      return values;
    },
  };
}

export function codecOf<const S extends Shape>(shape: S): Codec<ValueOf<S>> {
  return untyped(shape) as Codec<ValueOf<S>>;
}

function untyped(shape: Shape): Codec<unknown> {
  if (isCodec(shape)) return shape;
  return isList(shape) ? list(shape) : structure(shape);
}

function isCodec(shape: Shape): shape is Codec<unknown> {
  return 'read' in shape && typeof shape.read === 'function';
}

function isList(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape);
}

/** A missing list is read as an empty one. */
function list(shape: readonly [Shape]): Codec<unknown> {
  const { write, read } = nullable(shape);
  return { write, read: (from) => read(from) ?? [] };
}

/** Tagged fields are passed over. */
function structure(parts: Readonly<Record<string, Shape>>): Codec<unknown> {
  const codecs = Object.entries(parts).map(([name, shape]) => [name, untyped(shape)] as const);
  return {
    write(to, value) {
      const values = value as Readonly<Record<string, unknown>>;
      for (const [name, codec] of codecs) codec.write(to, values[name]);
      to.end();
    },
    read(from) {
      const values: Record<string, unknown> = {};
      for (const [name, codec] of codecs) values[name] = codec.read(from);
      from.end();
      return values;
    },
  };
}

interface ApiHeader {
  readonly key: number;
  readonly name: string;
  readonly version: number;
  /** Whether lengths are varints and structures end with tagged fields. */
  readonly flexible: boolean;
}

/**
 * One kind of request at one version. brokerform speaks a single version of each, chosen so that brokers from 2.4
 * to 4.x have it (https://kafka.apache.org/protocol): a missing version is reported, never guessed around.
 */
export interface Api<Request, Response> extends ApiHeader {
  readonly request: Codec<Request>;
  readonly response: Codec<Response>;
}

export function api<const Q extends Shape, const A extends Shape>(
  header: ApiHeader,
  request: Q,
  response: A,
): Api<ValueOf<Q>, ValueOf<A>> {
  return { ...header, request: codecOf(request), response: codecOf(response) };
}

export type AnyApi = Pick<ApiHeader, 'key' | 'name' | 'version'>;

/** A request after the message's header, whose last part kafkajs knows nothing of: its tagged fields. */
export function encodeRequest<Q, A>(api: Api<Q, A>, request: Q): Buffer {
  const writer = new Writer(api.flexible);
  writer.end();
  api.request.write(writer, request);
  return writer.bytes();
}

/** ApiVersions is answered with the old header whatever its version, as the asker may not know the new one. */
const API_VERSIONS = 18;

export function decodeResponse<Q, A>(api: Api<Q, A>, payload: Buffer): A {
  const reader = new Reader(payload, api.flexible);
  if (api.key !== API_VERSIONS) reader.end();
  return api.response.read(reader);
}

import { type JsonObject, nameFor, type Pattern } from '../../../model/index.ts';

/*
 * The pattern `email` has the stream `email`, and `email-dead` for what it gives up. Names of streams and consumers are
 * tokens of subjects, so they have no dots: the pattern `shop.email` has the stream `shop-email`.
 */

export function streamNameFor({ name, body }: Pattern): string {
  return nameFor(body, 'stream', asToken(name));
}

export function deadStreamNameFor({ name, body }: Pattern): string {
  return nameFor(body, 'dead-letters', `${asToken(name)}-dead`);
}

/** A subject may have the dots. */
export function subjectsFor({ name, body }: Pattern, ...endings: readonly string[]): JsonObject['subjects'] {
  return body.subjects ?? endings.map((ending) => `${name}${ending}`);
}

function asToken(name: string): string {
  return name.replaceAll('.', '-');
}

import { type Address, addressMatcher, kindOf, type Scope } from '../../../model/index.ts';
import { consumerAddress, streamAddress, streamNameOf } from '../addresses.ts';

/** What a scope asks for. All streams are listed anyway: a page of 256 costs as much as one of them. */
export interface Wanted {
  /** The resource must be in the answer if it is there. */
  stream(name: string): boolean;
  /** The stream's consumers must be read: some are wanted, or would go with the stream. */
  consumersOf(stream: string): boolean;
  consumer(stream: string, name: string): boolean;
}

export function wantedBy(scope: Scope, broker: string): Wanted {
  const named = new Set([...scope.desired.map((resource) => resource.address), ...scope.retired]);
  const consumed = new Set(
    [...named].filter((address) => kindOf(address) === 'consumer').map((address) => streamNameOf(address)),
  );
  const owned = scope.owns.map((glob) => ({
    matches: addressMatcher(glob),
    consumers: consumerGlob(glob),
  }));
  const isWanted = (address: Address) => named.has(address) || owned.some((glob) => glob.matches(address));
  const stream = (name: string) => isWanted(streamAddress(broker, name));
  return {
    stream,
    consumersOf: (name) =>
      consumed.has(name) ||
      stream(name) ||
      owned.some((glob) => glob.consumers(encodeSegmentOf(broker, name))),
    consumer: (name, consumer) => stream(name) || isWanted(consumerAddress(broker, name, consumer)),
  };
}

function encodeSegmentOf(broker: string, stream: string): string {
  return consumerAddress(broker, stream, '').slice(0, -1);
}

/** Whether a glob can match a consumer of a stream, by the part of the address that comes before its name. */
function consumerGlob(glob: string): (prefix: string) => boolean {
  const segments = glob.split('/');
  const open = segments.findIndex((segment) => segment.includes('**'));
  // What comes after `**` may be anything, so the segments before it decide.
  if (open !== -1) {
    const head = segments.slice(0, Math.min(open, 3));
    return (prefix) => matchesSegments(head, prefix.split('/'));
  }
  if (segments.length !== 4) return () => false;
  return (prefix) => matchesSegments(segments.slice(0, 3), prefix.split('/'));

  function matchesSegments(globs: readonly string[], parts: readonly string[]): boolean {
    return globs.every((part, index) => addressMatcher(part)(parts[index] ?? ''));
  }
}

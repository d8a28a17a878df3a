import { ACROSS, type GlobPart, WITHIN, wildcardMatcher } from './text-matching.ts';

/**
 * The name of a resource everywhere: `broker/kind/segment/…`, each segment percent-encoded, so that any legal
 * name gives one unambiguous line of printable ASCII: `main/queue/%2Forders/orders.events`.
 */
export type Address = string;

/** What `encodeURIComponent` leaves alone but a glob or a shell would read. */
const RESERVED = /[!'()*~]/g;

/** Most names need no encoding, and are many. */
const PLAIN = /^[\w.-]*$/;

export function encodeSegment(name: string): string {
  if (PLAIN.test(name)) return name;
  return encodeURIComponent(name.toWellFormed()).replace(
    RESERVED,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

export function makeAddress(broker: string, kind: string, ...path: readonly string[]): Address {
  return [broker, kind, ...path].map(encodeSegment).join('/');
}

export interface AddressParts {
  broker: string;
  kind: string;
  path: string[];
}

/** @throws URIError when the text is not percent-encoded UTF-8. */
export function parseAddress(address: Address): AddressParts {
  const segments = address.split('/');
  // Asked for every resource, several times, and most names need no decoding.
  const names = address.includes('%') ? segments.map(decodeURIComponent) : segments;
  return { broker: names[0] ?? '', kind: names[1] ?? '', path: names.slice(2) };
}

/**
 * Compiles an address glob: `*` matches within one segment, `**` across segments; all else is literal.
 * Segments are written as they stand in addresses, percent-encoded.
 */
export function addressMatcher(glob: string): (address: Address) => boolean {
  if (!glob.includes('*')) return (address) => address === glob;
  const parts = glob
    .split(/(\*\*|\*)/)
    .flatMap((part): GlobPart[] => (part === '**' ? [ACROSS] : part === '*' ? [WITHIN] : part.split('')));
  return wildcardMatcher(parts);
}

/**
 * An address or a glob of addresses with each segment encoded as addresses are, stars kept: one that is written otherwise
 * matches nothing. @throws URIError when the text is not percent-encoded UTF-8.
 */
export function canonicalGlob(glob: string): string {
  return glob
    .split(/([*/])/)
    .map((part) => (part === '*' || part === '/' ? part : encodeSegment(decodeURIComponent(part))))
    .join('');
}

/** The kind's name in an address, without decoding the rest. */
export function kindOf(address: Address): string {
  // Asked for every resource, several times: no list of all segments for the sake of one.
  const start = address.indexOf('/') + 1;
  if (start === 0) return '';
  const end = address.indexOf('/', start);
  return end < 0 ? address.slice(start) : address.slice(start, end);
}

/** The broker's name in an address. */
export function brokerOf(address: Address): string {
  return decodeURIComponent(address.split('/', 1)[0] ?? '');
}

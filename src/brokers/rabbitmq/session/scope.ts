import { type Address, addressMatcher, parseAddress, type Scope } from '../../../model/index.ts';

/** The listings that a scope needs. One request each, or one a vhost. */
export interface Needs {
  readonly kinds: ReadonlySet<string>;
  /** Vhosts that are named in the scope, by kind. */
  readonly vhosts: ReadonlyMap<string, ReadonlySet<string>>;
  /** Kinds of which the scope wants the resources of every vhost there is. */
  readonly everyVhost: ReadonlySet<string>;
}

/** Kinds whose address goes on with a vhost. */
const VHOST_KINDS = [
  'exchange',
  'queue',
  'binding',
  'policy',
  'operator-policy',
  'parameter',
  'permission',
  'topic-permission',
  'vhost-limits',
] as const;

const OF_USERS: ReadonlySet<string> = new Set(['permission', 'topic-permission', 'user-limits']);

const KINDS = [...VHOST_KINDS, 'vhost', 'user', 'user-limits', 'global-parameter'];

/** What must be listed to find every resource of the scope. */
export function needsOf(scope: Scope, broker: string): Needs {
  const kinds = new Set<string>();
  const vhosts = new Map<string, Set<string>>();
  const everyVhost = new Set<string>();
  const want = (kind: string, vhost: string | undefined) => {
    kinds.add(kind);
    // Whether the user of a right exists decides whether the broker takes it. Who may read these may read users.
    if (OF_USERS.has(kind)) kinds.add('user');
    if (!isVhostKind(kind)) return;
    // What a policy costs depends on the queues that it matches.
    if (kind === 'policy' || kind === 'operator-policy') want('queue', vhost);
    if (vhost === undefined) everyVhost.add(kind);
    else vhosts.set(kind, (vhosts.get(kind) ?? new Set()).add(vhost));
  };
  const addresses = [...scope.desired.map((resource) => resource.address), ...scope.retired];
  // Thousands of addresses name a few kinds and vhosts: each pair is worked out once.
  const heads = new Set(addresses.map(headOf));
  for (const head of heads) wantAddress(head, broker, want);
  for (const glob of scope.owns) wantGlob(glob, broker, want);
  return { kinds, vhosts, everyVhost };
}

/** The named vhosts in which any of these kinds is wanted. */
export function vhostsOf(needs: Needs, kinds: readonly string[]): Set<string> {
  return new Set(kinds.flatMap((kind) => [...(needs.vhosts.get(kind) ?? [])]));
}

/** Broker, kind and the first segment of the path. */
function headOf(address: Address): string {
  let end = -1;
  for (let slashes = 0; slashes < 3; slashes++) {
    end = address.indexOf('/', end + 1);
    if (end < 0) return address;
  }
  return address.slice(0, end);
}

type Want = (kind: string, vhost: string | undefined) => void;

function wantAddress(address: Address, broker: string, want: Want): void {
  const parts = parseAddress(address);
  if (parts.broker === broker) want(parts.kind, parts.path[0]);
}

function wantGlob(glob: string, broker: string, want: Want): void {
  // What comes after `**` may be anything, so the segments before it decide.
  const [head = ''] = glob.split('**', 1);
  const open = head.length < glob.length;
  const segments = head.split('/');
  const matches = (index: number, encoded: string) => {
    const segment = segments[index];
    if (segment === undefined) return open;
    return addressMatcher(open && index === segments.length - 1 ? `${segment}*` : segment)(encoded);
  };
  if (!matches(0, encodeURIComponent(broker))) return;
  for (const kind of KINDS.filter((one) => matches(1, one))) {
    const vhost = segments[2];
    const literal = vhost !== undefined && !vhost.includes('*') && !(open && segments.length === 3);
    want(kind, literal ? decodeURIComponent(vhost) : undefined);
  }
}

function isVhostKind(kind: string): boolean {
  return (VHOST_KINDS as readonly string[]).includes(kind);
}

import type { RouteHop, RouteNode } from '../../../model/index.ts';
import { aclOf } from '../kinds/acl/spec.ts';
import { type Authorizer, EVERYONE } from './authorizer.ts';
import type { RoutedCluster } from './cluster.ts';
import { exceptionText, someOf } from './explain.ts';
import { type ClientRequest, mayAtAll, type Reach, reachOf } from './requests.ts';

/** A principal that may do something, from some address at least. */
export interface Holder {
  readonly principal: string;
  readonly reach: Reach;
}

/**
 * All principals that ACLs name and that may make this request, in order. Where everyone may from everywhere, `User:*`
 * stands for them all.
 */
export function holdersOf(authorizer: Authorizer, request: ClientRequest): readonly Holder[] {
  const { type, name, operation } = request;
  const named = authorizer.principalsNaming(type, name);
  if (named.has(EVERYONE)) return holdersAmong(authorizer, request, authorizer.principalsAbout(type, name));
  const known = usual.get(authorizer) ?? new Map<string, readonly Holder[]>();
  usual.set(authorizer, known);
  const key = `${operation} ${type}`;
  const others = { ...request, name: UNNAMED };
  const found = known.get(key) ?? holdersAmong(authorizer, others, authorizer.principalsAbout(type, UNNAMED));
  known.set(key, found);
  if (named.size === 0 || found.some(isForAll)) return found;
  return sorted([
    ...found.filter(({ principal }) => !named.has(principal)),
    ...holdersAmong(authorizer, request, named),
  ]);
}

/** No resource has it, so that only ACLs on every name are about it. */
const UNNAMED = '\0';

/** Who may by ACLs on every name: the same for most resources, and perhaps many. By operation and type. */
const usual = new WeakMap<Authorizer, Map<string, readonly Holder[]>>();

function holdersAmong(
  authorizer: Authorizer,
  request: ClientRequest,
  principals: ReadonlySet<string>,
): readonly Holder[] {
  const holders = [...principals]
    .map((principal) => ({ principal, reach: reachOf(authorizer, principal, request) }))
    .filter(({ reach }) => mayAtAll(reach));
  const everyone = holders.find(isForAll);
  return everyone ? [everyone] : sorted(holders);
}

/** Everyone, from everywhere. */
function isForAll({ principal, reach }: Holder): boolean {
  return principal === EVERYONE && reach.general.allowed && reach.exceptions.length === 0;
}

function sorted(holders: Holder[]): Holder[] {
  return holders.sort((a, b) => (a.principal < b.principal ? -1 : 1));
}

/** Those of everyone that may not, where everyone may. */
export function excludedFrom(authorizer: Authorizer, request: ClientRequest): string[] {
  if (!mayAtAll(reachOf(authorizer, EVERYONE, request))) return [];
  return [...authorizer.principalsAbout(request.type, request.name)]
    .filter((principal) => !mayAtAll(reachOf(authorizer, principal, request)))
    .sort();
}

/** `User:a, User:b (only from 10.0.0.7)`. */
export function holdersText(holders: readonly Holder[]): string {
  const names = holders.map(({ principal, reach }) => {
    const exception = exceptionText(reach);
    return exception === '' ? principal : `${principal} (${exception})`;
  });
  return someOf(names);
}

/** A principal that reads a topic, with the consumer groups that it may use. */
export function readerNode(cluster: RoutedCluster, { principal }: Holder): RouteNode {
  const notes = [groupsText(cluster.authorizer, principal)];
  return { ...cluster.principalNode('reader', principal), notes, next: [] };
}

export function readerHop({ principal, reach }: Holder): RouteHop {
  const by = reach.general.by ?? reach.exceptions[0]?.decision.by;
  const exception = exceptionText(reach);
  return {
    role: 'consume',
    label: exception === '' ? 'may read' : `may read, ${exception}`,
    to: `reader ${principal}`,
    ...(by?.at && { at: by.at }),
  };
}

function groupsText(authorizer: Authorizer, principal: string): string {
  const own = [principal, EVERYONE].flatMap((one) => authorizer.aclsOf(one)).map(aclOf);
  const groups = own.filter(
    (acl) =>
      acl['resource-type'] === 'group' &&
      acl.permission === 'allow' &&
      (acl.operation === 'read' || acl.operation === 'all'),
  );
  const names = [...new Set(groups.map(({ name, pattern }) => (pattern === 'prefixed' ? `${name}…` : name)))];
  if (names.length === 0) return 'no consumer group: it may not commit offsets to Kafka';
  return names.includes('*') ? 'any consumer group' : `consumer groups: ${someOf(names)}`;
}

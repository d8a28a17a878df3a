import { formatCount, formatSource, nearestWord, type Resource } from '../../../model/index.ts';
import { impliedBy } from '../fields/acl.ts';
import { type AclSpec, aclOf, describeAcl } from '../kinds/acl/spec.ts';
import { type Authorizer, type Decision, EVERYONE } from './authorizer.ts';
import type { Client, ClientRequest, Reach } from './requests.ts';

/** Why a request of a principal is allowed or denied: `allow read on topic pay`, `no ACL allows it`. */
export function reasonText({ reason, by }: Decision, principal: string, { type }: ClientRequest): string {
  if (by) return aclText(by, principal);
  return reason === 'no-match' || type === 'cluster' ? 'no ACL allows it' : `no ACL is about this ${type}`;
}

/** With its principal where it is not this one: `deny write on topic pay for User:*`. */
function aclText(acl: Resource, principal: string): string {
  const { principal: whose } = aclOf(acl);
  return `${describeAcl(aclOf(acl))}${whose === principal ? '' : ` for ${whose}`}`;
}

/** The same with its place: `allow read on topic pay (acls.yaml:3:5)`. */
export function placedAcl(acl: Resource, principal: string): string {
  const text = aclText(acl, principal);
  return acl.at ? `${text} (${formatSource(acl.at)})` : text;
}

/** `but not from 10.0.0.7`; empty where every address gets the same answer. */
export function exceptionText({ general, exceptions }: Reach): string {
  if (exceptions.length === 0) return '';
  const hosts = someOf(exceptions.map(({ host }) => host));
  return general.allowed ? `but not from ${hosts}` : `only from ${hosts}`;
}

/** The first few, and how many more: `a, b and 7 more`. */
export function someOf(texts: readonly string[], most = 5, separator = ', '): string {
  const shown = texts.slice(0, most).join(separator);
  return texts.length <= most ? shown : `${shown} and ${formatCount(texts.length - most)} more`;
}

/** ACLs among which a mistyped name is looked for. */
const MOST_CANDIDATES = 1000;

/**
 * The ACL that would allow a denied request but for one part: its address, the operation, the resource, or the
 * principal, which is then nearly the same. Undefined where there is none.
 */
export function nearestAcl(
  { acls }: Authorizer,
  { principal, host }: Client,
  { operation, type, name }: ClientRequest,
): Resource | undefined {
  const allowing = acls.filter((one) => {
    const acl = aclOf(one);
    return acl.permission === 'allow' && acl['resource-type'] === type;
  });
  const isOwn = (acl: AclSpec) => acl.principal === principal || acl.principal === EVERYONE;
  const isAbout = (acl: AclSpec) =>
    acl.pattern === 'prefixed' ? name.startsWith(acl.name) : acl.name === '*' || acl.name === name;
  const permits = (acl: AclSpec) =>
    acl.operation === 'all' || acl.operation === operation || impliedBy(acl.operation) === operation;
  const isFrom = (acl: AclSpec) => acl.host === '*' || acl.host === host;

  const find = (...conditions: readonly ((acl: AclSpec) => boolean)[]) =>
    allowing.filter((one) => conditions.every((fits) => fits(aclOf(one))));
  const nearest = (word: 'name' | 'principal', wanted: string, candidates: readonly Resource[]) => {
    const few = candidates.slice(0, MOST_CANDIDATES);
    const meant = nearestWord(wanted, new Set(few.map((one) => aclOf(one)[word])));
    return few.find((one) => aclOf(one)[word] === meant);
  };
  const others = find(isOwn, permits, isFrom);
  return (
    find(isOwn, isAbout, permits)[0] ??
    nearest('name', name, others) ??
    nearest('principal', principal, find(isAbout, permits, isFrom)) ??
    find(isOwn, isAbout, isFrom)[0] ??
    others[0]
  );
}

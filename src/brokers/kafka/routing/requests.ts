import { oncePer, type Resource, someOf } from '../../../model/index.ts';
import { type AclOperation, type AclResourceType, operationsOn, resourceTypes } from '../fields/acl.ts';
import { wordsOf } from '../fields/field.ts';
import { aclOf, CLUSTER_NAME, describeAcl } from '../kinds/acl/spec.ts';
import { ANY_HOST, type Authorizer, type Decision, EVERYONE } from './authorizer.ts';

/** `read topic payments`. */
export interface ClientRequest {
  readonly operation: AclOperation;
  readonly type: AclResourceType;
  /** Of the cluster, the name that each has. */
  readonly name: string;
}

/** The cluster has no name that people write. */
const forms = wordsOf(resourceTypes).map((type) => {
  const operations = operationsOn(type).join('|');
  return type === 'cluster' ? `(?:${operations}) cluster` : `(?:${operations}) ${type} .+`;
});

export const PRINCIPAL_PATTERN = '^[^:\\s]+:.';

/** A regular expression that all requests match, and nothing else. */
export const REQUEST_PATTERN = `^(?:${forms.join('|')})$`;

/** @param text matches {@link REQUEST_PATTERN} */
export function parseRequest(text: string): ClientRequest {
  const [operation = '', type = '', ...name] = text.split(' ');
  return {
    operation: operation as AclOperation,
    type: type as AclResourceType,
    name: type === 'cluster' ? CLUSTER_NAME : name.join(' '),
  };
}

export function onTopic(operation: 'read' | 'write', { name }: { readonly name: string }): ClientRequest {
  return { operation, type: 'topic', name };
}

export interface Client {
  readonly principal: string;
  readonly host: string;
}

/**
 * What brokers answer to a client. A topic may also be created with the right to create on the cluster, and a producer
 * may be idempotent that may write to any topic: `KafkaApis.handleCreateTopicsRequest` and `handleInitProducerIdRequest`.
 */
export function decide(authorizer: Authorizer, client: Client, request: ClientRequest): Decision {
  const decision = authorizer.decide({ ...client, ...request });
  const { operation, type } = request;
  if (decision.allowed) return decision;
  if (operation === 'create' && type === 'topic') {
    return either(decision, authorizer.decide({ ...client, operation, type: 'cluster', name: CLUSTER_NAME }));
  }
  if (operation === 'idempotent-write') {
    return either(decision, authorizer.decideAny({ ...client, operation: 'write', type: 'topic' }));
  }
  return decision;
}

/** One right is enough. Where brokers allow what no ACL is about, that one is. */
function either(first: Decision, second: Decision): Decision {
  if (second.allowed) return second;
  return second.reason === 'no-acl' ? { ...first, reason: 'no-acl' } : first;
}

/** From where a principal may do something. */
export interface Reach {
  /** From an address that no ACL names. */
  readonly general: Decision;
  /** Addresses with another answer. */
  readonly exceptions: readonly { readonly host: string; readonly decision: Decision }[];
}

export function reachOf(authorizer: Authorizer, principal: string, request: ClientRequest): Reach {
  const general = decide(authorizer, { principal, host: ANY_HOST }, request);
  const exceptions = authorizer
    .hostsOf(principal)
    .map((host) => ({ host, decision: decide(authorizer, { principal, host }, request) }))
    .filter(({ decision }) => decision.allowed !== general.allowed);
  return { general, exceptions };
}

/** From anywhere at all. */
export function mayAtAll({ general, exceptions }: Reach): boolean {
  return general.allowed || exceptions.length > 0;
}

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
  const known = usual(authorizer);
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
const usual = oncePer((_: Authorizer) => new Map<string, readonly Holder[]>());

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

/** Why a request of a principal is allowed or denied: `allow read on topic pay`, `no ACL allows it`. */
export function reasonText({ reason, by }: Decision, principal: string, { type }: ClientRequest): string {
  if (by) return aclText(by, principal);
  return reason === 'no-match' || type === 'cluster' ? 'no ACL allows it' : `no ACL is about this ${type}`;
}

/** With its principal where it is not this one: `deny write on topic pay for User:*`. */
export function aclText(acl: Resource, principal: string): string {
  const { principal: whose } = aclOf(acl);
  return `${describeAcl(aclOf(acl))}${whose === principal ? '' : ` for ${whose}`}`;
}

/** `but not from 10.0.0.7`; empty where every address gets the same answer. */
export function exceptionText({ general, exceptions }: Reach): string {
  if (exceptions.length === 0) return '';
  const hosts = someOf(exceptions.map(({ host }) => host));
  return general.allowed ? `but not from ${hosts}` : `only from ${hosts}`;
}

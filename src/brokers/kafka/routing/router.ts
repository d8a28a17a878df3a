import {
  type Answer,
  formatSource,
  type JsonObject,
  nearestWord,
  type Resource,
  type RoutedTopology,
  type Router,
  someOf,
  type Verdict,
} from '../../../model/index.ts';
import { impliedBy } from '../fields/acl.ts';
import { type AclSpec, aclOf } from '../kinds/acl/spec.ts';
import { ANY_HOST, type Authorizer, type Decision, EVERYONE } from './authorizer.ts';
import { clusterOf, type RoutedCluster } from './cluster.ts';
import { partitionFor } from './partitioner.ts';
import {
  aclText,
  type Client,
  type ClientRequest,
  decide,
  holdersOf,
  mayAtAll,
  onTopic,
  parseRequest,
  reachOf,
  reasonText,
} from './requests.ts';
import { clientOf, publishOf, routeRecord, writeDenial } from './topic-route.ts';

export const router: Router = { route: routeRecord, judge };

/** @throws RouteError */
function judge(test: JsonObject, topology: RoutedTopology): Answer {
  const cluster = clusterOf(topology);
  const client = clientOf(test);
  if (test.publish !== undefined) cluster.topic(publishOf(test).topic);
  const verdicts = Object.entries(test).flatMap(([key, value]): Verdict[] => {
    const listed = Array.isArray(value) ? value.map(String) : [];
    switch (key) {
      case 'partition':
        return [{ key, ...judgePartition(test, Number(value), cluster) }];
      case 'may':
      case 'may-not':
        return client ? listed.map((text) => judgeAccess(cluster, client, key, text)) : [];
      case 'readable-by':
        return [judgeHolders(cluster, key, onTopic('read', { name: publishOf(test).topic }), listed)];
      case 'writable-by':
        return [judgeHolders(cluster, key, onTopic('write', { name: publishOf(test).topic }), listed)];
      default:
        return [];
    }
  });
  // What a principal may do beside this record, the record's way does not explain.
  const isAboutRecord = verdicts.some(({ key, failure }) => failure !== undefined && !key.startsWith('may'));
  return { verdicts, ...(isAboutRecord && { route: routeRecord(test, topology) }) };
}

function judgePartition(
  test: JsonObject,
  expected: number,
  cluster: RoutedCluster,
): Pick<Verdict, 'failure' | 'hint'> {
  const { topic: name, key } = publishOf(test);
  const client = clientOf(test);
  const denial = client && writeDenial(cluster, client, name);
  if (denial) return { failure: `expected partition ${expected}; refused: ${denial}` };
  const chosen = partitionFor(cluster.topic(name), key);
  if (chosen.kind !== 'known') {
    return {
      failure: `the number of partitions of topic ${name} is not declared`,
      hint: 'declare partitions',
    };
  }
  const { partition, partitions } = chosen;
  return partition === expected
    ? {}
    : { failure: `expected partition ${expected}; got partition ${partition} of ${partitions}` };
}

const NO_ACL = {
  failure: 'no ACL is declared: the cluster may have no authorizer, and then allows everyone everything',
  hint: 'declare ACLs in the topology',
};

/** One line of `may` or `may-not`. */
function judgeAccess(cluster: RoutedCluster, client: Client, key: 'may' | 'may-not', text: string): Verdict {
  const { failure, hint } = cluster.hasAcls
    ? (key === 'may' ? allowed : denied)(cluster, client, parseRequest(text))
    : NO_ACL;
  if (failure === undefined) return { key };
  return { key, failure: `${JSON.stringify(text)}: ${failure}`, ...(hint !== undefined && { hint }) };
}

type Failure = Pick<Verdict, 'failure' | 'hint'>;

function allowed(cluster: RoutedCluster, client: Client, request: ClientRequest): Failure {
  const { authorizer } = cluster;
  const decision = decide(authorizer, client, request);
  if (decision.allowed) return {};
  const nearest = decision.by ? undefined : nearestAcl(authorizer, client, request);
  const near = nearest ? `; nearest: ${placedAcl(nearest, client.principal)}` : '';
  const failure = `denied: ${placedReason(decision, client, request)}${near}`;
  const meant = meantPrincipal(cluster, client.principal);
  if (meant !== undefined) return { failure, hint: `did you mean ${meant}?` };
  return decision.reason === 'no-acl' && !nearest
    ? { failure, hint: 'brokers with allow.everyone.if.no.acl.found allow it; tests go by the ACLs alone' }
    : { failure };
}

/** Without a host, no address may be allowed. */
function denied(cluster: RoutedCluster, client: Client, request: ClientRequest): Failure {
  const { authorizer } = cluster;
  const { principal, host } = client;
  if (host !== ANY_HOST) {
    const decision = decide(authorizer, client, request);
    return decision.allowed
      ? { failure: `allowed: ${placedReason(decision, client, request)}` }
      : mistyped(cluster, client, request);
  }
  const reach = reachOf(authorizer, principal, request);
  if (!mayAtAll(reach)) return mistyped(cluster, client, request);
  const { general, exceptions } = reach;
  const decision = general.allowed ? general : (exceptions[0]?.decision ?? general);
  const from = general.allowed ? '' : ` from ${someOf(exceptions.map((one) => one.host))}`;
  return { failure: `allowed${from}: ${placedReason(decision, client, request)}` };
}

function placedReason(decision: Decision, { principal }: Client, request: ClientRequest): string {
  return decision.by ? placedAcl(decision.by, principal) : reasonText(decision, principal, request);
}

/** A principal that no ACL names may do nothing: a mistyped name must not make a test pass. */
function mistyped(cluster: RoutedCluster, { principal }: Client, request: ClientRequest): Failure {
  const meant = meantPrincipal(cluster, principal);
  if (meant !== undefined) {
    return { failure: `no ACL and no user has the principal ${principal}`, hint: `did you mean ${meant}?` };
  }
  const { type, operation, name } = request;
  if (type !== 'topic' || operation === 'create' || cluster.topics.has(name)) return {};
  const topic = nearestWord(name, cluster.topics.keys());
  return topic === undefined
    ? {}
    : { failure: `topic ${name} is not declared`, hint: `did you mean ${topic}?` };
}

/** The principal that one without ACLs may stand for. */
function meantPrincipal({ principals }: RoutedCluster, principal: string): string | undefined {
  return principal === EVERYONE || principals.has(principal) ? undefined : nearestWord(principal, principals);
}

/** Exactly these principals, from whatever address. */
function judgeHolders(
  cluster: RoutedCluster,
  key: 'readable-by' | 'writable-by',
  request: ClientRequest,
  expected: readonly string[],
): Verdict {
  if (!cluster.hasAcls) return { key, ...NO_ACL };
  const holders = holdersOf(cluster.authorizer, request);
  const got = holders.map(({ principal }) => principal);
  const missing = expected.filter((one) => !mayAtAll(reachOf(cluster.authorizer, one, request)));
  const more = expected.includes(EVERYONE)
    ? []
    : holders.filter(({ principal }) => !expected.includes(principal));
  if (missing.length === 0 && more.length === 0) return { key };
  const why = [
    ...missing.map((principal) => `${principal} may not`),
    ...more.slice(0, MOST_NAMED).map(({ principal, reach }) => {
      const by = reach.general.by ?? reach.exceptions[0]?.decision.by;
      return `${principal} may${by ? `: ${placedAcl(by, principal)}` : ''}`;
    }),
  ];
  return {
    key,
    failure: `expected ${listText(expected)}; got ${listText(got)}: ${someOf(why, MOST_NAMED, '; ')}`,
  };
}

const MOST_NAMED = 10;

function listText(principals: readonly string[]): string {
  return principals.length === 0 ? 'nobody' : someOf(principals, MOST_NAMED);
}

/** The same with its place: `allow read on topic pay (acls.yaml:3:5)`. */
function placedAcl(acl: Resource, principal: string): string {
  const text = aclText(acl, principal);
  return acl.at ? `${text} (${formatSource(acl.at)})` : text;
}

/** ACLs among which a mistyped name is looked for. */
const MOST_CANDIDATES = 1000;

/**
 * The ACL that would allow a denied request but for one part: its address, the operation, the resource, or the
 * principal, which is then nearly the same. Undefined where there is none.
 */
function nearestAcl(
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

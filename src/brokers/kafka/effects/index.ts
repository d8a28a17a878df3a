import {
  type BrokerIdentity,
  EffectCollector,
  type Effects,
  indexByAddress,
  kindOf,
  type Resource,
} from '../../../model/index.ts';
import { type AclOperation, impliedBy, operationsOn } from '../fields/acl.ts';
import { type AclSpec, aclOf, aclResourceText } from '../kinds/acl/spec.ts';
import { nameOf } from '../kinds/kind.ts';
import { userAddress } from '../kinds/user.ts';
import { type Access, Authorizer, EVERYONE } from '../routing/authorizer.ts';

/** Requests that are judged: enough for any change that people read. */
const BUDGET = 20_000;

/** Effects on clients: partitions of keyed records, and permissions. */
export function effects(
  before: readonly Resource[],
  after: readonly Resource[],
  { name: broker }: BrokerIdentity,
): Effects {
  const collector = new EffectCollector();
  partitionEffects(before, after, collector);
  accessEffects(broker, before, after, collector);
  return collector.result();
}

function partitionEffects(
  before: readonly Resource[],
  after: readonly Resource[],
  collector: EffectCollector,
): void {
  const then = indexByAddress(before);
  for (const topic of after) {
    if (kindOf(topic.address) !== 'topic') continue;
    const was = then.get(topic.address)?.spec.partitions;
    const is = topic.spec.partitions;
    if (typeof was !== 'number' || typeof is !== 'number' || is <= was) continue;
    const text = `go to ${is} partitions instead of ${was}: most keys move, and their records before and after are not in order`;
    collector.add(
      {
        address: topic.address,
        title: `topic ${nameOf(topic)}`,
        detail: '',
        outcome: 'repartitioned',
        text,
        risk: 'disruptive',
      },
      'records with a key',
    );
  }
}

function accessEffects(
  broker: string,
  before: readonly Resource[],
  after: readonly Resource[],
  collector: EffectCollector,
): void {
  const isAcl = ({ address }: Resource) => kindOf(address) === 'acl';
  const [then, now] = [before.filter(isAcl), after.filter(isAcl)];
  const [old, current] = [indexByAddress(then), indexByAddress(now)];
  const differing = [
    ...then.filter(({ address }) => !current.has(address)),
    ...now.filter(({ address }) => !old.has(address)),
  ];
  const [was, is] = [new Authorizer(then), new Authorizer(now)];
  const probes = differing.flatMap((resource) => probesOf(aclOf(resource)));
  collector.cut(Math.max(0, probes.length - BUDGET));
  for (const probe of probes.slice(0, BUDGET)) {
    const [could, can] = [was.decide(probe).allowed, is.decide(probe).allowed];
    if (could === can) continue;
    collector.add(
      {
        address: userAddress(broker, probe.who.replace(/^User:/, '')),
        title: probe.who,
        detail: '',
        ...(can
          ? { outcome: 'allowed', text: 'is allowed now', risk: 'safe' }
          : { outcome: 'not-allowed', text: 'is no longer allowed', risk: 'disruptive' }),
      },
      probe.about,
    );
  }
}

/** A request that stands for those that an ACL is about. */
interface Probe extends Access {
  /** `User:app`, or everybody. */
  readonly who: string;
  /** `read on topics that start with orders.` */
  readonly about: string;
}

/** Stands for a name that no ACL gives. */
const ANY = 'any-name';

/** The requests that one ACL decides about, if no other one does. */
export function probesOf(acl: AclSpec): Probe[] {
  const { principal, host } = acl;
  const type = acl['resource-type'];
  const isAnybody = principal === EVERYONE;
  const from = host === '*' ? '' : ` from ${host}`;
  const request = {
    principal: isAnybody ? `User:${ANY}` : principal,
    host: host === '*' ? ANY : host,
    type,
    name: acl.pattern === 'prefixed' ? acl.name + ANY : acl.name === '*' ? ANY : acl.name,
    who: isAnybody ? 'everybody' : principal,
  };
  return operationsOf(acl).map((operation) => ({
    ...request,
    operation,
    about: `${operation} on ${aclResourceText(acl, 'any')}${from}`,
  }));
}

function operationsOf({ operation, permission, ...acl }: AclSpec): readonly AclOperation[] {
  if (operation === 'all') return operationsOn(acl['resource-type']);
  const brought = permission === 'allow' ? impliedBy(operation) : undefined;
  return brought === undefined ? [operation] : [operation, brought];
}

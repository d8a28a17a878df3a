import {
  type BrokerIdentity,
  EffectCollector,
  type Effects,
  indexByAddress,
  kindOf,
  type Resource,
} from '../../../model/index.ts';
import { aclOf } from '../kinds/acl/spec.ts';
import { nameOf } from '../kinds/kind.ts';
import { userAddress } from '../kinds/user.ts';
import { authorizer, probesOf } from './access.ts';

/** Requests that are judged: enough for any change that people read. */
const BUDGET = 20_000;

/** What becomes different for clients: where records with a key go, and who may do what. */
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
  const [was, is] = [authorizer(then.map(aclOf)), authorizer(now.map(aclOf))];
  const probes = differing.flatMap((resource) => probesOf(aclOf(resource)));
  collector.cut(Math.max(0, probes.length - BUDGET));
  for (const probe of probes.slice(0, BUDGET)) {
    const [could, can] = [was(probe), is(probe)];
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

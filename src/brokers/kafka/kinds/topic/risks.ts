import {
  type Change,
  type Context,
  countOf,
  destructive,
  disruptive,
  largest,
  type Resource,
  type Risk,
  refused,
  roughSize,
} from '../../../../model/index.ts';
import { brokersIn } from '../../facts.ts';
import type { Update } from '../kind.ts';
import { configRisks } from './config-risks.ts';
import { isEmpty, metricsOf, progressText } from './metrics.ts';
import { movedPartitions, type Replicas, replicasIn } from './placement.ts';

export function topicRisks(change: Change, context: Context): Risk[] {
  if (change.action === 'delete') return [deletionRisk(change.before)];
  const impossible = placementRefusals(change, context);
  if (change.action === 'create') return change.after.spec.internal === true ? [absentRisk()] : impossible;
  return [
    ...impossible,
    ...conflictingMoves(change),
    ...partitionRisks(change),
    ...replicationRisks(change),
    ...configRisks(change, context),
  ];
}

function absentRisk(): Risk {
  const hint = 'brokers create it when a client first needs it: run plan again after that';
  return refused('internal-absent', 'the cluster does not have this internal topic yet', hint);
}

function deletionRisk(topic: Resource): Risk {
  const { messages, groups } = metricsOf(topic);
  const active = groups?.filter(({ state }) => state !== 'Empty' && state !== 'Dead') ?? [];
  const cut = active.length > 0 ? `, and ${countOf(active.length, 'active group')} loses its topic` : '';
  if (messages === 0) {
    return disruptive('topic-deleted', `the topic is empty; its producers and consumers lose it${cut}`);
  }
  const lost =
    messages === undefined
      ? 'message count unknown; any messages would be lost'
      : `${countOf(messages, 'message')} and the offsets of its groups are lost`;
  return destructive('topic-deleted', lost + cut);
}

/** Placements that are impossible with these brokers. Replicas that stay may be on a broker that is down. */
function placementRefusals(change: Exclude<Change, { action: 'delete' }>, context: Context): Risk[] {
  const brokers = brokersIn(context);
  if (brokers.length === 0) return [];
  const known = new Set(brokers.map(({ id }) => id));
  const placed = Object.values(placedBy(change));
  const named = placed.flat();
  const most = largest([...placed.map((ids) => ids.length), ...factorsBy(change)], 0);
  const risks: Risk[] = [];
  if (most > brokers.length) {
    const has = `the cluster has ${countOf(brokers.length, 'broker')}`;
    risks.push(refused('too-few-brokers', `${most} replicas need ${most} brokers, and ${has}`));
  }
  const unknown = [...new Set(named.filter((id) => !known.has(id)))].sort((a, b) => a - b);
  if (unknown.length > 0) {
    const ids = [...known].sort((a, b) => a - b).join(', ');
    risks.push(
      refused('unknown-broker', `no broker ${unknown.join(', ')} is alive in the cluster`, `brokers: ${ids}`),
    );
  }
  return risks;
}

/** The partitions that this change places, by number: all of a new topic, else those that move or are added. */
function placedBy(change: Exclude<Change, { action: 'delete' }>): Replicas {
  const after = replicasIn(change.after) ?? {};
  if (change.action === 'create') return after;
  const before = replicasIn(change.before) ?? {};
  return { ...movedPartitions(before, after, 'existing'), ...movedPartitions(before, after, 'added') };
}

/** The numbers of replicas that it asks for. */
function factorsBy(change: Exclude<Change, { action: 'delete' }>): number[] {
  const asks =
    change.action === 'create' || change.fields.some(({ path }) => path[0] === 'replication-factor');
  return asks ? [change.after.spec['replication-factor']].flat().map(Number).filter(Number.isFinite) : [];
}

/** Reassignments of other tools are left alone, and nothing is queued behind them. */
function conflictingMoves({ before, after, fields }: Update): Risk[] {
  const { moves } = metricsOf(before);
  if (!moves || moves.theirs.length === 0) return [];
  const wanted = Object.keys(
    movedPartitions(replicasIn(before) ?? {}, replicasIn(after) ?? {}, 'existing'),
  ).map(Number);
  const adds = fields.some(({ path }) => path[0] === 'partitions');
  if (!adds && !moves.theirs.some((partition) => wanted.includes(partition))) return [];
  const message = `somebody else is moving its partitions: ${progressText(moves)}`;
  const hint = `wait for the end of that, and plan again; or leave it out: --exclude '${after.address}'`;
  return [refused('moved-by-others', message, hint)];
}

function partitionRisks(change: Update): Risk[] {
  const field = change.fields.find(({ path }) => path[0] === 'partitions');
  if (!field) return [];
  const [before, after] = [Number(field.before), Number(field.after)];
  if (after < before) {
    return [
      refused(
        'fewer-partitions',
        'Kafka cannot take partitions away',
        'create another topic with fewer partitions and copy the records to keep',
      ),
    ];
  }
  if (change.after.spec.internal === true) {
    const message = 'the brokers find what they keep in an internal topic by its number of partitions';
    return [refused('internal-partitions', message, `list replicas of ${before} partitions`)];
  }
  if (isEmpty(change.before)) return [];
  const policy = change.before.spec['configs.cleanup.policy'];
  const isCompacted = Array.isArray(policy) && policy.includes('compact');
  return [
    isCompacted
      ? disruptive(
          'keys-move',
          'most keys go to another partition from now on: their old records stay where they are, are never ' +
            'compacted away, and may be read after the new ones',
          'a new topic with the final number of partitions, filled by reading the old one, keeps each key in one place',
        )
      : disruptive(
          'keys-move',
          'with keys, most of them go to another partition from now on: their records before and after are not in order',
        ),
  ];
}

function replicationRisks(change: Update): Risk[] {
  const before = replicasIn(change.before);
  const after = replicasIn(change.after);
  const isAsked = change.fields.some(({ path }) => path[0] === 'replication-factor');
  if (!after || !before) {
    return isAsked
      ? [refused('no-placement', 'where the replicas are is not known, so they cannot be moved')]
      : [];
  }
  const moved = Object.entries(movedPartitions(before, after, 'existing'));
  if (moved.length === 0) return [];
  const added = moved.flatMap(([index, ids]) => ids.filter((id) => !before[index]?.includes(id)));
  const removed = moved.flatMap(([index, ids]) => (before[index] ?? []).filter((id) => !ids.includes(id)));
  const risks: Risk[] = [];
  if (moved.some(([index, ids]) => ids.length < (before[index]?.length ?? 0))) {
    risks.push(disruptive('fewer-replicas', 'fewer copies: fewer brokers may fail before records are lost'));
  }
  if (moved.some(([index, ids]) => ids[0] !== before[index]?.[0])) {
    risks.push(disruptive('leaders-move', 'leaders move: clients must find the new ones'));
  }
  risks.push({
    class: 'safe',
    code: 'reassignment',
    message: movementText(change.before, moved.length, added, removed),
  });
  return risks;
}

function movementText(
  topic: Resource,
  partitions: number,
  added: readonly number[],
  removed: readonly number[],
): string {
  const { bytes } = metricsOf(topic);
  const replicas = Object.values(replicasIn(topic) ?? {}).flat().length;
  const copied =
    bytes === undefined || replicas === 0 || added.length === 0
      ? ''
      : `, about ${roughSize((bytes / replicas) * added.length)} to copy`;
  const count = countOf(partitions, 'partition');
  return `moves ${count}: ${countOf(added.length, 'replica')} come, ${removed.length} go${copied}`;
}

import {
  Pace,
  parseAddress,
  type Redrive,
  RedriveError,
  type RedriveRequest,
  surveyOf,
} from '../../../../model/index.ts';
import type { Cluster } from '../cluster.ts';
import type { TopicMetadata } from '../protocol/cluster.ts';
import { CODE } from '../protocol/errors.ts';
import { refused } from '../refusals.ts';
import { EARLIEST, LATEST, listOffsets, readGroups } from '../topics/offsets.ts';
import { Coordinator } from './coordinator.ts';
import { type Letter, LetterReader } from './letters.ts';
import { chunksOf, type Place, progressOf } from './place.ts';
import { runRedrive } from './run.ts';

/** Letters that are looked at before, so that the topics they came from are known. */
const PEEK = 1_000;

/** See `Session.redrive`. */
export async function openRedrive(cluster: Cluster, request: RedriveRequest): Promise<Redrive> {
  const [topic = ''] = parseAddress(request.address).path;
  if (request.via !== undefined) throw new RedriveError('--via is only for RabbitMQ');
  const group = `brokerform-redrive.${topic}`;
  const place: Place = {
    ...{ cluster, topic, group },
    coordinator: new Coordinator(cluster, 'group', group),
    reader: new LetterReader(cluster, request, topic),
    spans: await spansOf(cluster, await topicOf(cluster, topic)),
  };
  return {
    notes: await notesOn(place),
    survey: (options) => surveyOf(unredriven(place), options),
    run: (options) => runRedrive(place, options, new Pace(options.rate)),
  };
}

async function* unredriven(place: Place): AsyncGenerator<Letter> {
  for await (const { letters } of chunksOf(place, await progressOf(place))) yield* letters;
}

/** @throws RedriveError, BrokerError */
async function topicOf(cluster: Cluster, topic: string): Promise<TopicMetadata> {
  const [found] = await cluster.metadata([topic]);
  if (found?.error === CODE.UNKNOWN_TOPIC_OR_PARTITION)
    throw new RedriveError(`topic ${topic} does not exist`);
  if (!found || found.error === CODE.UNKNOWN_TOPIC_OR_PARTITION) {
    throw new RedriveError(`topic ${topic} does not exist`);
  }
  if (found.error === CODE.TOPIC_AUTHORIZATION_FAILED) {
    const right = { operation: 'Read', topic } as const;
    throw refused(cluster.settings, { op: `read topic ${topic}`, code: found.error, right });
  }
  return found;
}

async function spansOf(cluster: Cluster, topic: TopicMetadata): Promise<Place['spans']> {
  const [starts, ends] = await Promise.all(
    [EARLIEST, LATEST].map((time) => listOffsets(cluster, [topic], time)),
  );
  const spans = new Map<number, { start: number; end: number }>();
  for (const { index } of topic.partitions.toSorted((a, b) => a.index - b.index)) {
    const key = `${topic.name}/${index}`;
    const [start, end] = [starts?.get(key)?.offset, ends?.get(key)?.offset];
    if (start === undefined || end === undefined) {
      throw new RedriveError(
        `partition ${index} of topic ${topic.name} has no leader that answers`,
        'try again',
      );
    }
    spans.set(index, { start, end });
  }
  return spans;
}

/** Whom copies reach beside the consumer that gave up: all groups of the topics that the first letters came from. */
async function notesOn(place: Place): Promise<string[]> {
  const { cluster, reader, group } = place;
  const progress = await progressOf(place);
  let seen = 0;
  for await (const { letters } of chunksOf(place, progress)) {
    seen += letters.length;
    if (seen >= PEEK) break;
  }
  const notes: string[] = [];
  const groups = await readGroups(cluster, await reader.known()).catch(() => new Map());
  for (const [topic, found] of groups) {
    const names = found.map((one: { group: string }) => one.group).sort();
    if (names.length > 1)
      notes.push(`topic ${topic}: all its consumer groups receive the records again: ${listed(names)}`);
  }
  const isBegun = [...progress].some(
    ([partition, { from }]) => from > (place.spans.get(partition)?.start ?? 0),
  );
  if (isBegun) notes.push(`redriven records stay in the topic; group ${group} keeps their offsets`);
  return notes;
}

function listed(names: readonly string[]): string {
  const more = names.length - 10;
  return `${names.slice(0, 10).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

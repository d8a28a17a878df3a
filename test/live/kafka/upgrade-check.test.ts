import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { runCli } from '../../cli/run-cli.ts';
import { CliFolder } from '../cli-folder.ts';
import { freshPrefix, sharedCluster } from './lines.ts';
import { Stranger } from './stranger.ts';

const [old, current] = [sharedCluster('old'), sharedCluster('current')];
const missing = old.missing || current.missing;
const prefix = freshPrefix();

/** Configs of one topic each, at the edges of what releases take. */
const TOPICS: readonly Readonly<Record<string, string>>[] = [
  {},
  { 'message.format.version': '3.0-IV1' },
  { 'message.format.version': '0.11.0' },
  { 'message.downconversion.enable': 'true' },
  { 'message.downconversion.enable': 'false', 'retention.ms': '-1' },
  { 'message.timestamp.difference.max.ms': '1000' },
  { 'message.timestamp.after.max.ms': '1000', 'message.timestamp.before.max.ms': '1000' },
  { 'message.timestamp.type': 'LogAppendTime' },
  { 'segment.bytes': '14' },
  { 'segment.bytes': '1048575' },
  { 'segment.bytes': '1048576', 'segment.index.bytes': '4', 'segment.ms': '1' },
  { 'cleanup.policy': 'compact,delete', 'retention.bytes': '0' },
  { 'cleanup.policy': 'compact', 'remote.storage.enable': 'false', 'delete.retention.ms': '0' },
  { 'compression.type': 'uncompressed', 'max.message.bytes': '0', preallocate: 'true' },
  { 'min.insync.replicas': '2', 'unclean.leader.election.enable': 'true' },
  { 'local.retention.ms': '99999999999', 'local.retention.bytes': '5' },
  { 'min.compaction.lag.ms': '1', 'max.compaction.lag.ms': '1', 'min.cleanable.dirty.ratio': '0' },
  { 'flush.messages': '1', 'flush.ms': '0', 'index.interval.bytes': '0', 'file.delete.delay.ms': '0' },
];

let project: CliFolder;
let before: Stranger;
let after: Stranger;

beforeAll(async () => {
  if (missing) return;
  project = new CliFolder({});
  project.write('topology.yaml', {});
  project.write('brokerform.yaml', {
    topologies: ['topology.yaml'],
    brokers: { main: { type: 'kafka', bootstrap: old.bootstrap } },
  });
  before = await Stranger.connect(old.bootstrap, prefix);
  after = await Stranger.connect(current.bootstrap, prefix);
});
afterAll(async () => {
  await before?.close();
  await after?.close();
  project?.removeFolder();
});

test.skipIf(missing)(
  'errors are what the new release refuses of the topics of the old one, with what it changes in silence',
  async () => {
    const nameOf = (i: number) => `${prefix}${i}`;
    for (const [i, configs] of TOPICS.entries()) await before.create(nameOf(i), 1, configs);
    const topics = await vi.waitFor(
      async () => {
        const found = await before.topics();
        if (found.size < TOPICS.length) throw new Error('not there yet');
        return found;
      },
      { timeout: 10_000 },
    );
    const args = ['upgrade-check', '--live', '--to', current.version, '--format', 'json'];
    const { stdout } = await runCli(args, { cwd: project.folder });
    const { diagnostics } = JSON.parse(stdout) as {
      diagnostics: { code: string; severity: string; address: string }[];
    };
    const own = diagnostics.filter(({ address }) => address.startsWith(`main/topic/${prefix}`));
    const namesOf = (some: typeof own) => [...new Set(some.map(({ address }) => address.slice(11)))].sort();

    const refused: string[] = [];
    for (const [name, { configs }] of topics)
      await after.create(name, 1, configs).catch(() => refused.push(name));
    expect(namesOf(own.filter(({ severity }) => severity === 'error'))).toEqual(refused.sort());
    expect(refused).toHaveLength(7);

    // The effective limit of what the new release took, which has a limit where the old one had none.
    const limit = 'message.timestamp.after.max.ms';
    const named = await after.topics(() => [limit, 'message.timestamp.type']);
    const limited = [...named].filter(
      ([name, { configs }]) =>
        configs[limit] === '3600000' &&
        configs['message.timestamp.type'] !== 'LogAppendTime' &&
        topics.get(name)?.configs[limit] === undefined,
    );
    const silent = namesOf(own.filter(({ code }) => code === 'kafka/upgrade-timestamp-limit'));
    expect(silent.filter((name) => !refused.includes(name))).toEqual(limited.map(([name]) => name).sort());
    expect(limited.length).toBeGreaterThan(5);
  },
  60_000,
);

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CliFolder } from '../cli-folder.ts';
import { freshPrefix, LINES, sharedCluster } from './lines.ts';
import { Stranger } from './stranger.ts';

describe.each(LINES)('internal topics of the %s Kafka', (line) => {
  const { bootstrap, missing } = sharedCluster(line);
  let project: CliFolder;
  let stranger: Stranger;

  beforeEach(async (context) => {
    context.skip(missing);
    stranger = await Stranger.connect(bootstrap, '__consumer_offsets');
    project = new CliFolder({});
    project.write('brokerform.yaml', {
      ...{ project: 'shop', topologies: ['topology.yaml'] },
      brokers: { main: { type: 'kafka', bootstrap } },
      owns: { main: ['topic/__*'] },
    });
  });
  afterEach(async () => {
    if (missing) return;
    project.removeFolder();
    // It would delete what it finds.
    await stranger.disconnect();
  });

  const declare = (topics: object) => project.write('topology.yaml', { kafka: { topics } });
  const jitter = async () =>
    (await stranger.topics()).get('__consumer_offsets')?.configs['segment.jitter.ms'];

  test('get configs where they are declared, and are neither pruned nor created', async () => {
    await stranger.findCoordinator(freshPrefix());
    await vi.waitFor(async () => expect(await stranger.names()).toEqual(['__consumer_offsets']), {
      timeout: 20_000,
    });
    declare({});
    const { stdout } = await project.expectRun(0, 'plan', '--prune', '--detailed-exitcode');
    expect(stdout).not.toContain('__consumer_offsets');

    declare({ __consumer_offsets: { internal: true, configs: { 'segment.jitter.ms': '3s' } } });
    await project.expectFinished();
    await vi.waitFor(async () => expect(await jitter()).toBe('3000'), { timeout: 10_000 });
    declare({ __consumer_offsets: { internal: true, configs: { 'segment.jitter.ms': null } } });
    await project.expectFinished();
    await vi.waitFor(async () => expect(await jitter()).toBeUndefined(), { timeout: 10_000 });

    declare({ __remote_log_metadata: { internal: true } });
    const refused = await project.expectRun(3, 'plan');
    expect(refused.stdout).toContain('the cluster does not have this internal topic yet');
  });
});

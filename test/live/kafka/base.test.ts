import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CliFolder } from '../cli-folder.ts';
import { freshPrefix, LINES, sharedCluster } from './lines.ts';
import { Stranger } from './stranger.ts';

describe.each(LINES)('a topic of the %s Kafka that loses configs in its topology', (line) => {
  const { bootstrap, missing } = sharedCluster(line);
  const prefix = freshPrefix();
  let project: CliFolder;

  beforeEach((context) => {
    context.skip(missing);
    project = new CliFolder({});
    project.write('brokerform.yaml', {
      ...{ project: 'shop', topologies: ['topology.yaml'] },
      brokers: { main: { type: 'kafka', bootstrap } },
    });
  });
  afterEach(async () => {
    if (missing) return;
    project.removeFolder();
    await (await Stranger.connect(bootstrap, prefix)).close();
  });

  function declare(configs: Readonly<Record<string, string | number | null>>): void {
    project.write('topology.yaml', {
      kafka: { topics: { [`${prefix}t`]: { 'replication-factor': 3, configs } } },
    });
  }

  test('keeps its overrides, which a plan against the base names, and resets them where it is told to', async () => {
    const git = (...args: readonly string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: project.folder });
    // Neither is among the configs that every plan reads; the third is no override, whatever the base says.
    const own = { 'flush.messages': 7, 'index.interval.bytes': 8192 };
    declare({ ...own, 'file.delete.delay.ms': 60_000 });
    git('init', '-q');
    git('add', '-A');
    git('commit', '-qm', 'base');
    await project.expectRun(0, 'apply', '--auto-approve');
    declare({ 'file.delete.delay.ms': null });
    await project.expectRun(0, 'apply', '--auto-approve');
    declare({});
    const { stdout } = await project.expectRun(0, 'plan', '--base', 'HEAD', '--detailed-exitcode');
    expect(stdout).toContain('No changes.');
    const [, reset = ''] = /to reset: (.*)/.exec(stdout) ?? [];
    expect(reset).toBe('configs: { flush.messages: null, index.interval.bytes: null }');

    declare({ 'flush.messages': null, 'index.interval.bytes': null });
    await project.expectRun(0, 'apply', '--auto-approve');
    declare({});
    const after = await project.expectRun(0, 'plan', '--base', 'HEAD');
    expect(after.stdout).not.toContain('NO LONGER DECLARED');
  });
});

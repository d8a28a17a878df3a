import { describe, expect, test } from 'vitest';
import type { Diff } from '../../src/model/index.ts';
import { addresses, CONFIG, queue, repositories, topology } from './repository.ts';

const { git, write, commit, cli, diff } = repositories();

const PASSWORD = 'rabbitmq: { users: { app: { password: "${APP_PASSWORD}" } } }\n';

describe('diff --base', () => {
  test('checks both sides with the baseline of the head', async () => {
    const config = (file: string) => `${CONFIG}lint: { baseline: ${file} }\n`;
    await write({ 'brokerform.yaml': config('a.json'), 'topologies/a.yaml': topology(queue('kept')) });
    await cli('validate --write-baseline a.json');
    commit();
    const changed = async () => {
      const { findings } = await diff();
      return { new: findings.new.map(({ code }) => code), fixed: findings.fixed.map(({ code }) => code) };
    };
    const none = { new: [], fixed: [] };
    // The base accepts a finding that the head no longer does.
    await write({ 'brokerform.yaml': CONFIG });
    expect(await changed()).toEqual(none);
    // The head accepts what it adds, in a file that the base has not.
    await write({
      'brokerform.yaml': config('b.json'),
      'topologies/a.yaml': topology(queue('kept'), queue('new')),
    });
    await cli('validate --write-baseline b.json');
    expect(await changed()).toEqual(none);
    // The head accepts a finding that the base does not.
    commit();
    await write({ 'brokerform.yaml': CONFIG });
    commit();
    await write({ 'brokerform.yaml': config('b.json') });
    expect(await changed()).toEqual(none);
  });

  test('compares the working tree with a revision, without credentials', async () => {
    await write({
      'brokerform.yaml': CONFIG,
      'topologies/users.yaml': PASSWORD,
      'topologies/a.yaml': topology(queue('kept'), queue('left'), queue('retired'), queue('tmp-1')),
    });
    commit();
    await write({
      'topologies/a.yaml': `${topology(queue('kept', ', message-ttl: 1d'), queue('new'))}retired: [main/queue/shop/retired]\n`,
    });
    const { code, stdout, stderr } = await cli('diff --base main');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Diff shop · main \([0-9a-f]{7}\) → working tree\n2 destructive · 1 safe · /);
    expect(stdout).toContain('-/+ queue kept  vhost shop                              topologies/a.yaml:4\n');
    expect(stdout).toContain(' -  queue retired  vhost shop                           topologies/a.yaml:6\n');
    expect(stdout).toContain(
      ' ·  queue left  vhost shop                              topologies/a.yaml:5 in main (',
    );
    expect(stdout).toContain(
      '        retired:\n          - main/queue/shop/left\n          - main/queue/shop/tmp-1\n',
    );
    expect((await cli('diff --base main --detailed-exitcode')).code).toBe(2);
  });

  test('says nothing where nothing differs, whatever moved', async () => {
    await write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': topology(queue('a'), queue('b')) });
    commit();
    git('mv', 'topologies/a.yaml', 'topologies/renamed.yaml');
    await write({ 'topologies/renamed.yaml': `# moved\n\n${topology(queue('b'), queue('a'))}` });
    const { code, stdout } = await cli('diff --base main --detailed-exitcode');
    expect(code).toBe(0);
    expect(stdout).toMatch(/\nNo changes\. 3 unchanged · \d+ findings? in both\n$/);
  });

  test('compares two revisions, whatever the working tree holds', async () => {
    await write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': topology(queue('a')) });
    commit();
    git('checkout', '--quiet', '-b', 'branch');
    await write({ 'topologies/a.yaml': topology(queue('a'), queue('b')) });
    commit();
    await write({ 'topologies/a.yaml': 'not: [yaml' });
    const found = await diff(' --head branch');
    expect(found.head).toMatchObject({ ref: 'branch', commit: git('rev-parse', 'branch').trim(), errors: 0 });
    expect(addresses(found.steps)).toEqual(['main/queue/shop/b']);
    expect(found.steps[0]?.change).toMatchObject({ after: { at: { file: 'topologies/a.yaml', line: 5 } } });
  });

  test('a project in a folder of the repository, from there and with -C', async () => {
    await write({ 'infra/brokerform.yaml': CONFIG, 'infra/topologies/a.yaml': topology(queue('a')) });
    commit();
    await write({ 'infra/topologies/a.yaml': topology(queue('a'), queue('b')) });
    for (const line of ['-C infra', '-C infra/topologies', '--config infra/brokerform.yaml']) {
      const { stdout } = await cli(`diff --base main --format json ${line}`);
      expect(addresses(JSON.parse(stdout).steps), line).toEqual(['main/queue/shop/b']);
    }
    const annotated = (await cli('-C infra diff --base main --format sarif')).stdout;
    expect(JSON.parse(annotated).runs[0].tool.driver.name).toBe('brokerform');
  });

  test('a base that has no project yet: everything is new', async () => {
    await write({ 'README.md': 'x' });
    commit();
    await write({ 'mq/brokerform.yaml': CONFIG, 'mq/topologies/a.yaml': topology(queue('a')) });
    const { code, stdout } = await cli('-C mq diff --base main');
    expect(code).toBe(0);
    expect(stdout).toContain('): no topology yet: everything is new\n');
    expect(stdout).toContain(' +  queue a  vhost shop');
  });

  test('a project that is new beside one of the folder above is not that one', async () => {
    await write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': topology(queue('above')) });
    commit();
    await write({ 'sub/brokerform.yaml': CONFIG, 'sub/topologies/a.yaml': topology(queue('below')) });
    const { stdout } = await cli('-C sub diff --base main --format json');
    const found: Diff = JSON.parse(stdout);
    expect(addresses(found.steps)).toEqual(['main/queue/shop/below', 'main/vhost/shop']);
    expect(found.undeclared).toEqual([]);
  });

  test('a configuration that only the head has serves for both sides', async () => {
    await write({ 'topologies/a.yaml': topology(queue('a')) });
    commit();
    await write({ 'brokerform.yaml': CONFIG });
    expect(await diff()).toMatchObject({ steps: [], undeclared: [], unchanged: 2 });
  });

  test('a changed configuration counts: environments, owners, what is protected', async () => {
    const environment = (ttl: string) =>
      `${CONFIG}environments: { prod: { protect: ["main/queue/**"], overrides: { "main/queue/shop/a": { message-ttl: ${ttl} } } } }\n`;
    await write({ 'brokerform.yaml': environment('1d'), 'topologies/a.yaml': topology(queue('a')) });
    commit();
    await write({ 'brokerform.yaml': environment('2d') });
    expect((await diff()).steps).toEqual([]);
    const [step] = (await diff(' --env prod')).steps;
    expect(step?.fields).toMatchObject([{ name: 'message-ttl', before: '1d', after: '2d' }]);
    expect(step?.risks.map((risk) => risk.class)).toContain('protected');
    expect((await cli('diff --base main --env prod')).stdout).toContain(
      'protected: protected in this environment',
    );
  });

  test('guards that a configuration has no longer are told', async () => {
    const guarded = `${CONFIG}protect: ["main/queue/shop/a"]\nlimits: { deletes: 3 }\n`;
    await write({ 'brokerform.yaml': guarded, 'topologies/a.yaml': topology(queue('a')) });
    commit();
    await write({ 'brokerform.yaml': CONFIG.replace('queue/shop/tmp-*', '**') });
    expect((await diff()).guards).toEqual([
      { name: 'owns', before: 'main/queue/shop/tmp-*', weaker: false },
      { name: 'owns', after: 'main/**', weaker: true },
      { name: 'protect', before: 'main/queue/shop/a', weaker: true },
      { name: 'limits.deletes', before: '3', weaker: true },
    ]);
    const { code, stdout } = await cli('diff --base main --detailed-exitcode');
    expect(code).toBe(2);
    expect(stdout).toContain('      protect  main/queue/shop/a → unset  is less strict than before\n');
    await write({ 'brokerform.yaml': guarded });
    expect((await cli('diff --base main --detailed-exitcode')).code).toBe(0);
  });

  test('--prune counts what is owned as deleted', async () => {
    await write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': topology(queue('a'), queue('tmp-1')) });
    commit();
    await write({ 'topologies/a.yaml': topology(queue('a')) });
    expect(await diff()).toMatchObject({ steps: [], undeclared: [{ owned: true }] });
    const pruned = await diff(' --prune');
    expect(pruned).toMatchObject({ steps: [{ action: 'delete' }], undeclared: [] });
    // Its line is one of the base.
    expect(pruned.steps[0]?.change).not.toHaveProperty('before.at');
  });

  test('what is retired without having been declared may be there, and hold anything', async () => {
    await write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': topology(queue('a')) });
    commit();
    await write({ 'topologies/b.yaml': 'retired: [main/queue/shop/old]\n' });
    const [step] = (await diff()).steps;
    expect(step).toMatchObject({
      address: 'main/queue/shop/old',
      action: 'delete',
      risks: [{ class: 'destructive', code: 'retired' }],
      change: { before: { at: { file: 'topologies/b.yaml', line: 1 } } },
    });
    commit();
    expect((await diff()).steps).toEqual([]);
  });

  test('bindings that go with a retired queue are not among what stays', async () => {
    const bound = (name: string) => queue(name, ', bindings: [{ from: amq.topic, key: k }]');
    await write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': topology(bound('a'), bound('b')) });
    commit();
    await write({ 'topologies/a.yaml': `${topology(bound('a'))}retired: [main/queue/shop/b]\n` });
    const found = await diff();
    expect(addresses(found.steps)).toEqual(['main/queue/shop/b']);
    expect(found.undeclared).toEqual([]);
    await write({ 'topologies/a.yaml': topology(bound('a')) });
    const [left] = (await diff()).undeclared;
    expect(left).toMatchObject({
      address: 'main/queue/shop/b',
      dependents: [expect.any(String)],
      still: 'still bound to amq.topic (key k); messages keep arriving',
    });
    expect(found.effects).toMatchObject([
      { title: 'exchange amq.topic', about: ['key k'], outcome: 'no-longer-reaches' },
    ]);
  });
});

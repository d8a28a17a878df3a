import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import schema from '../../schema/plan.schema.json' with { type: 'json' };
import type { EnvironmentDiff } from '../../src/model/index.ts';
import { queue, repositories, topology } from './repository.ts';

const { write, commit, cli } = repositories();

const CONFIG = `project: shop
topologies: [topologies/*.yaml]
brokers: { main: { type: rabbitmq, url: "amqp://localhost:1", management: "http://localhost:1" } }
environments:
  staging: {}
  production:
    overrides:
      main/queue/shop/orders: { max-length: 100000, message-ttl: 7d }
`;
const TOPOLOGY = topology(queue('orders'), queue('audit'));

describe('diff --env --to-env', () => {
  test('names what differs, and where it is written', async () => {
    await write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': TOPOLOGY });
    const { code, stdout } = await cli('diff --env staging --to-env production');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^Environments shop · staging → production\n1 differs · \d+ the same\n\nDIFFERENT\n/,
    );
    expect(stdout).toMatch(/ ~ {2}queue orders {2}vhost shop +topologies\/a\.yaml:\d+\n/);
    expect(stdout).toMatch(/ {6}max-length {3}10 → 100000 +brokerform\.yaml:8\n/);
    expect(stdout).toMatch(/ {6}message-ttl {2}unset → 7d +brokerform\.yaml:8\n/);
    // In the other direction, a field that only one environment declares is no field that the broker keeps.
    const back = await cli('diff --env production --to-env staging');
    expect(back.stdout).toMatch(/ {6}message-ttl {2}7d → unset\n/);
    expect((await cli('diff --env staging --to-env production --detailed-exitcode')).code).toBe(2);
    expect((await cli('diff --env staging --to-env staging --detailed-exitcode')).code).toBe(0);
  });

  test('what an override adds is in one environment only', async () => {
    const added = CONFIG.replace(
      'max-length: 100000, message-ttl: 7d',
      'bindings: [{ from: amq.topic, key: audit }]',
    );
    await write({ 'brokerform.yaml': added, 'topologies/a.yaml': TOPOLOGY });
    const { stdout } = await cli('diff --env staging --to-env production');
    expect(stdout).toMatch(
      /^.*\n1 only in production · \d+ the same\n\nONLY IN PRODUCTION\n \+ {2}binding amq\.topic → /,
    );
    const back = await cli('diff --env production --to-env staging');
    expect(back.stdout).toMatch(
      /^.*\n1 only in production · \d+ the same\n\nONLY IN PRODUCTION\n - {2}binding amq\.topic → /,
    );
  });

  test('with --base, what is promoted stands first, and decides the exit code', async () => {
    await write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': TOPOLOGY });
    commit();
    await write({ 'topologies/a.yaml': topology(queue('orders'), queue('new')) });
    const line = 'diff --env staging --to-env production --base main';
    const { stdout } = await cli(line);
    expect(stdout).toMatch(
      /^Diff shop \(production\) · main \(\w+\) → working tree\n[\s\S]*\n\nEnvironments shop/,
    );
    const found: EnvironmentDiff = JSON.parse((await cli(`${line} --format json`)).stdout);
    const validate = new Ajv({ allErrors: true }).compile(schema);
    validate(found);
    expect(validate.errors).toBeNull();
    expect(found.promoted?.steps.map(({ address }) => address)).toEqual(['main/queue/shop/new']);
    expect(found.differences.map((one) => [one.address, one.in])).toEqual([
      ['main/queue/shop/orders', 'both'],
    ]);
    const comment = (await cli(`${line} --format markdown`)).stdout;
    expect(comment.match(/^<!-- brokerform:diff /gm)).toHaveLength(2);
    await write({ 'topologies/a.yaml': topology(queue('orders', ', dead-letter: { exchange: nowhere }')) });
    expect((await cli(line)).code).toBe(3);
  });

  test.each([
    ['diff', 'diff needs --base <ref>, or --env and --to-env'],
    ['diff --to-env production', '--to-env needs --env'],
    ['diff --env staging --to-env production --head main', '--head and --to-env exclude each other'],
  ])('%s is wrong usage', async (line, message) => {
    await write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': TOPOLOGY });
    expect(await cli(line)).toMatchObject({ code: 64, stderr: expect.stringContaining(message) });
  });

  test('an environment that is not there is an error', async () => {
    await write({ 'brokerform.yaml': CONFIG, 'topologies/a.yaml': TOPOLOGY });
    const { code, stderr } = await cli('diff --env staging --to-env prod');
    expect([code, stderr]).toEqual([65, expect.stringContaining('there is no environment "prod"')]);
  });
});

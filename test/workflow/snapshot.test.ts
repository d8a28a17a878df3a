import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { parameterResource } from '../../src/brokers/rabbitmq/kinds/parameter/index.ts';
import { HIDDEN, type Plan, type Snapshot } from '../../src/model/index.ts';
import { check, makePlan, writeSnapshot } from '../../src/workflow/index.ts';
import { folderOfTest } from '../setup/folder.ts';

let folder: string;
beforeEach(() => {
  folder = folderOfTest();
});

const TOPOLOGY = `
rabbitmq:
  federation-upstreams:
    head-office: { uri: "\${UPSTREAM}", max-hops: 1 }
`;

function snapshotOf(name: string, uri: string | typeof HIDDEN, maxHops: number): Snapshot {
  const value = { uri, 'max-hops': maxHops };
  return {
    broker: { name, type: 'rabbitmq', id: 'one', version: '4.3.6', facts: {} },
    resources: [parameterResource(name, '/', 'federation-upstream', 'head-office', { value })],
  };
}

async function planAgainst(snapshot: Snapshot | string): Promise<Plan> {
  await writeFile(join(folder, 'topology.yaml'), TOPOLOGY);
  await writeFile(
    join(folder, 'snapshot.json'),
    typeof snapshot === 'string' ? snapshot : writeSnapshot([snapshot]),
  );
  const checked = check({ directory: folder, paths: ['topology.yaml'], env: { UPSTREAM: 'amqp://u:p@far' } });
  expect(checked.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return makePlan(checked, {
    against: join(folder, 'snapshot.json'),
    targets: [],
    excludes: [],
    prune: false,
    allow: [],
    timeout: 1000,
    wait: 0,
    signal: new AbortController().signal,
    onWait: () => {},
    now: () => new Date(0),
  });
}

test('a secret that a snapshot hides is no difference, and all else still is', async () => {
  expect((await planAgainst(snapshotOf('rabbitmq', HIDDEN, 1))).waves).toEqual([]);
  const [step] = (await planAgainst(snapshotOf('rabbitmq', HIDDEN, 2))).waves.flat();
  expect(step?.fields).toMatchObject([{ before: '2', after: '1' }]);
});

test('a snapshot of another broker is refused', async () => {
  await expect(planAgainst(snapshotOf('other', HIDDEN, 1))).rejects.toThrow(
    /holds nothing of broker "rabbitmq"/,
  );
});

test('a snapshot in an older format is refused', async () => {
  const older = writeSnapshot([snapshotOf('rabbitmq', HIDDEN, 1)]).replace('"version": 2', '"version": 1');
  await expect(planAgainst(older)).rejects.toMatchObject({
    message: expect.stringMatching(
      /snapshot\.json is a snapshot in format 1, and this program reads format 2$/,
    ),
    hint: 'run brokerform import --format snapshot again',
  });
});

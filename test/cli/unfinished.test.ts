import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { keepUntilDone } from '../../src/cli/unfinished.ts';
import { type ApplyReport, type Plan, StalePlan } from '../../src/model/index.ts';
import { parsePlan, writePlan } from '../../src/plan/index.ts';
import { MemoryBroker } from '../memory/broker.ts';
import { boxOf, linkOf } from '../memory/provider.ts';
import { applyMemory, planMemory } from '../memory/run.ts';
import { folderOfTest } from '../setup/folder.ts';

let folder: string;
beforeEach(() => {
  folder = folderOfTest();
});

const kept = () => readdir(join(folder, '.brokerform')).catch(() => []);

/** A broker whose box b is to be replaced, with a link to it that is not declared. */
async function replacement(): Promise<{ broker: MemoryBroker; plan: Plan }> {
  const broker = new MemoryBroker();
  await applyMemory(broker, await planMemory(broker, [boxOf('a'), boxOf('b'), linkOf('a', 'b')]));
  return { broker, plan: await planMemory(broker, [boxOf('a'), boxOf('b', { shape: 'round' })]) };
}

test('a replacement that was cut off leaves a plan that finishes it, undeclared resources too', async () => {
  const { broker, plan } = await replacement();
  broker.refuse = (call) => (call.op === 'link.put' ? 'killed' : undefined);
  let during: string[] = [];
  await keepUntilDone({ plan, directory: folder, write: writePlan }, async () => {
    during = await kept();
    return applyMemory(broker, plan);
  });
  expect(during).toHaveLength(1);
  expect(broker.links.size).toBe(0);
  const [file = ''] = await kept();
  const again = parsePlan(await readFile(join(folder, '.brokerform', file), 'utf8'));
  broker.refuse = () => undefined;
  await applyMemory(broker, again);
  expect([...broker.links.keys()]).toEqual(['store/link/a/b']);
});

test('nothing is left of an apply that ended well, or that never began', async () => {
  const { broker, plan } = await replacement();
  const keeping = { plan, directory: folder, write: writePlan };
  const stale = new StalePlan([{ subject: 'store/box/b', message: 'changed' }]);
  await expect(keepUntilDone(keeping, () => Promise.reject(stale))).rejects.toThrow(stale);
  expect(await kept()).toEqual([]);
  const report: ApplyReport = await keepUntilDone(keeping, () => applyMemory(broker, plan));
  expect(report.steps.map(({ status }) => status)).toEqual(['applied']);
  expect(await kept()).toEqual([]);
});

test('what ends by an error that may have come in the middle is kept', async () => {
  const { plan } = await replacement();
  const keeping = { plan, directory: folder, write: writePlan };
  await expect(keepUntilDone(keeping, () => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
  expect(await kept()).toEqual([expect.stringMatching(/^unfinished-.*-\d+\.json$/)]);
});

test('a kept plan that is applied itself is no second one, and goes when it is done', async () => {
  const { broker, plan } = await replacement();
  const keeping = { plan, directory: folder, write: writePlan };
  await keepUntilDone(keeping, () => Promise.reject(new Error('gone'))).catch(() => {});
  const [name = ''] = await kept();
  const file = join(folder, '.brokerform', name);
  await keepUntilDone({ ...keeping, file }, async () => {
    expect(await kept()).toEqual([name]);
    return applyMemory(broker, plan);
  });
  expect(await kept()).toEqual([]);
});

test('a plan that makes nothing again is not kept', async () => {
  const broker = new MemoryBroker();
  const plan = await planMemory(broker, [boxOf('a')]);
  await keepUntilDone({ plan, directory: folder, write: writePlan }, async () => {
    expect(await kept()).toEqual([]);
    return applyMemory(broker, plan);
  });
});

import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Folder } from '../../src/cli/files.ts';
import { readPlanFile } from '../../src/cli/plan-file.ts';
import type { Plan } from '../../src/model/index.ts';
import { planParts, writePlan } from '../../src/plan/index.ts';
import { planJsonParts } from '../../src/report/index.ts';
import { readPlan } from '../../src/workflow/index.ts';
import { MemoryBroker } from '../memory/broker.ts';
import { boxOf, memoryProvider } from '../memory/provider.ts';
import { planMemory } from '../memory/run.ts';

const FILE = 'plan.json';
/** Characters of a part: far fewer than the text of the plan has. */
const MOST = 200_000;

const options = { providers: [memoryProvider()] };
let folder: Folder;
let plan: Plan;
beforeAll(async () => {
  folder = new Folder(await mkdtemp(join(tmpdir(), 'brokerform-')));
  const names = Array.from({ length: 500 }, (_, i) => `→ ${i}`);
  plan = await planMemory(
    new MemoryBroker(),
    names.map((name) => boxOf(name, { shape: `${name} `.repeat(1_000) })),
  );
});
afterAll(() => rm(folder.path, { recursive: true }));

const save = () => folder.write(FILE, planParts(plan));
const error = async (work: () => unknown) => {
  try {
    await work();
  } catch (thrown) {
    return thrown;
  }
  return undefined;
};

describe('a plan whose text is large', () => {
  it('is written in parts, which are the text of the whole', async () => {
    const written = [...planParts(plan)];
    expect(Math.max(...written.map((part) => part.length))).toBeLessThan(MOST);
    expect(written.join('')).toBe(writePlan(plan));
    await save();
    expect(await readFile(folder.at(FILE), 'utf8')).toBe(writePlan(plan));
  });

  it('is shown as JSON in parts', () => {
    const shown = [...planJsonParts(plan)];
    expect(Math.max(...shown.map((part) => part.length))).toBeLessThan(MOST);
    expect(JSON.parse(shown.join(''))).toEqual(JSON.parse(JSON.stringify(plan)));
  });

  it('is read in parts, to the same plan, whatever its layout', async () => {
    await save();
    const readers = Object.assign(Object.create(folder) as Folder, {
      read: () => Promise.reject(new Error('it was read as a whole')),
    });
    const whole = readPlan(writePlan(plan), options);
    expect(await readPlanFile(readers, FILE, options)).toEqual(whole);
    await writeFile(folder.at(FILE), JSON.stringify(JSON.parse(writePlan(plan)), undefined, '\t'));
    expect(await readPlanFile(readers, FILE, options)).toEqual(whole);
  });

  it('is refused with the message that a whole text gets, where it was cut or edited', async () => {
    await save();
    const text = await folder.read(FILE);
    await truncate(folder.at(FILE), Buffer.byteLength(text) - 30);
    const cut = await folder.read(FILE);
    expect(await error(() => readPlanFile(folder, FILE, options))).toEqual(
      await error(() => readPlan(cut, options)),
    );
    const edited = text.replace('"action": "create"', '"action": "delete"');
    await writeFile(folder.at(FILE), edited);
    expect(await error(() => readPlanFile(folder, FILE, options))).toEqual(
      await error(() => readPlan(edited, options)),
    );
  });
});

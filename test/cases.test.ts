import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { applyPatch, createTwoFilesPatch, parsePatch } from 'diff';
import { describe, expect, it } from 'vitest';
import { providers } from '../src/brokers/index.ts';
import type { Plan } from '../src/model/index.ts';
import { escapeText, PLAIN, renderPatch, renderPlan } from '../src/report/index.ts';
import { planYaml } from '../src/workflow/index.ts';
import { verifyPlan } from '../src/workflow/saved-plan.ts';
import { type CaseFile, expectedOutputs, parseCase, printCase } from './golden/case-file.ts';
import { runCase } from './golden/run-case.ts';

/** Rewrites the expected outputs instead of comparing them; read the difference before committing it. */
const REWRITE = process.env.UPDATE_CASES === '1';
const CASES = join(import.meta.dirname, 'cases');

for (const broker of readdirSync(CASES)) {
  describe(`golden cases of ${broker}`, () => {
    for (const name of readdirSync(join(CASES, broker)).sort()) {
      const path = join(CASES, broker, name);
      const file = parseCase(readFileSync(path, 'utf8'));

      it(`${basename(name, '.txt')}: ${file.title}`, async () => {
        const { outputs, plan, replan } = await runCase(file, broker);
        if (REWRITE) writeFileSync(path, printCase(file, outputs));
        else compareOutputs(file, outputs);

        // Again, and listed by the broker in another order.
        const again = await runCase(file, broker, reversed);
        expect([...again.outputs]).toEqual([...outputs]);
        if (!plan) return;
        for (const other of [again.plan, await replan(interleaved)]) {
          expect(JSON.stringify(other)).toBe(JSON.stringify(plan));
        }
        expect(() => verifyPlan(JSON.parse(JSON.stringify(plan)), providers)).not.toThrow();
        expect(renderPlan(JSON.parse(JSON.stringify(plan)), 'text', PLAIN)).toBe(
          renderPlan(plan, 'text', PLAIN),
        );
        checkPatch(plan);
      });
    }
  });
}

/** @throws with a unified diff of the case file */
function compareOutputs(file: CaseFile, outputs: ReadonlyMap<string, string>): void {
  const expected = expectedOutputs(file);
  const isSame = ([name, text]: [string, string]) => expected.get(name) === text;
  if (expected.size === outputs.size && [...outputs].every(isSame)) return;
  expect.fail(
    `\n${createTwoFilesPatch('expected', 'found', printCase(file, expected), printCase(file, outputs))}`,
  );
}

/** `plan --format diff` names every change, and its patches turn the live YAML into the desired one. */
function checkPatch(plan: Plan): void {
  const resources = planYaml(plan);
  const patch = renderPatch(plan, resources, PLAIN);
  const comments = patch.match(/^# \w+: /gm) ?? [];
  expect(comments.length).toBeGreaterThanOrEqual(plan.waves.flat().length);
  const files = patch === '' ? [] : parsePatch(patch.replace(/^# .*\n/gm, ''));
  const changed = resources.filter(({ live, desired }) => live !== desired);
  expect(files.map(({ newFileName, oldFileName }) => [oldFileName, newFileName]).sort()).toEqual(
    changed
      .map(({ address, live, desired }) => [
        live === undefined ? '/dev/null' : `live/${address}`,
        desired === undefined ? '/dev/null' : `desired/${address}`,
      ])
      .sort(),
  );
  for (const { live = '', desired = '', address } of changed) {
    const own = files.find((file) =>
      [`live/${address}`, `desired/${address}`].includes(file.newFileName ?? ''),
    );
    if (own) expect(applyPatch(escapeLines(live), own)).toBe(escapeLines(desired));
  }
}

function escapeLines(text: string): string {
  return text.split('\n').map(escapeText).join('\n');
}

function reversed<T>(items: T[]): T[] {
  return [...items].reverse();
}

/** Another order that is the same each time: every third item first, then the rest backwards. */
function interleaved<T>(items: T[]): T[] {
  return [...items.filter((_, i) => i % 3 === 0), ...reversed(items.filter((_, i) => i % 3 !== 0))];
}

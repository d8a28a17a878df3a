import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from './step.ts';

interface Step {
  readonly id?: string;
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Record<string, string>;
  readonly with?: Record<string, string>;
  readonly if?: string;
}

const text = readFileSync(join(ROOT, 'action.yml'), 'utf8');
const action = parse(text);
const steps: Step[] = action.runs.steps;
const scripts = steps.flatMap(({ run, env = {} }) => {
  const file = /action\/([\w-]+\.(?:sh|mjs))/.exec(run ?? '')?.[1];
  return file === undefined ? [] : [{ file, env, run: run ?? '' }];
});

test('no expression is part of a script', () => {
  for (const { name, run = '' } of steps) expect(run, name).not.toContain('${{');
  expect(scripts).toHaveLength(steps.filter(({ run }) => run !== undefined).length);
});

test('other actions are pinned to their major version', () => {
  for (const { uses } of steps) if (uses !== undefined) expect(uses).toMatch(/^[\w-]+\/[\w/-]+@v\d+$/);
});

test('every expression names an input, an output of an earlier step, or what the workflow is about', () => {
  const seen = new Set<string>();
  for (const step of steps) {
    const used = JSON.stringify({ ...step, run: undefined });
    for (const [, name = ''] of used.matchAll(/inputs\.([\w-]+)/g))
      expect(action.inputs).toHaveProperty(name);
    for (const [, id = ''] of used.matchAll(/steps\.([\w-]+)\.outputs/g)) expect(seen).toContain(id);
    if (step.id !== undefined) seen.add(step.id);
  }
  for (const { value } of Object.values<{ value: string }>(action.outputs)) {
    for (const [, id = ''] of value.matchAll(/steps\.([\w-]+)\.outputs/g)) expect(seen).toContain(id);
  }
});

describe('each script', () => {
  test.each(scripts)(
    '$file is there, can be run, and gets every variable that it reads',
    ({ file, env, run }) => {
      const path = join(ROOT, 'action', file);
      if (file.endsWith('.sh')) accessSync(path, constants.X_OK);
      expect(run).toBe(
        file.endsWith('.sh')
          ? `"$GITHUB_ACTION_PATH/action/${file}"${run.endsWith(' locate') ? ' locate' : ''}`
          : `node "$GITHUB_ACTION_PATH/action/${file}"`,
      );
      const own = readFileSync(path, 'utf8');
      // Whatever the annotations of shared code are titled with is no matter of the step.
      const read = new Set(own.match(/BROKERFORM_[A-Z_]+/g));
      if (file === 'comment.mjs') {
        const helper = readFileSync(join(ROOT, 'action', 'comment-text.mjs'), 'utf8');
        for (const name of helper.match(/BROKERFORM_[A-Z_]+/g) ?? []) read.add(name);
      }
      for (const name of read) expect(env, `${file} reads ${name}`).toHaveProperty(name);
    },
  );

  test('every output that is used is set by the step that it is said to be of', () => {
    const setBy: Record<string, string> = {
      prepare: 'prepare.sh',
      locate: 'install.sh',
      find: 'find-plan.mjs',
      run: 'run.sh',
    };
    for (const [, id = '', name = ''] of text.matchAll(/steps\.([\w-]+)\.outputs\.([\w-]+)/g)) {
      const script = readFileSync(join(ROOT, 'action', setBy[id] ?? ''), 'utf8');
      expect(script, `${id}.${name}`).toMatch(
        new RegExp(`set_output ${name} |setOutput\\('${name}'|[ ]${name}:`),
      );
    }
  });
});

test('everything in the folder is used', () => {
  const all = readdirSync(join(ROOT, 'action')).filter((file) => /\.(sh|mjs)$/.test(file));
  const hooks = readFileSync(join(ROOT, '.pre-commit-hooks.yaml'), 'utf8');
  const sources =
    all.map((file) => readFileSync(join(ROOT, 'action', file), 'utf8')).join('\n') + text + hooks;
  for (const file of all) expect(sources.split(file).length, file).toBeGreaterThan(1);
});

test('every input and output is documented, with the default that it has', () => {
  const page = readFileSync(join(ROOT, 'docs', 'ci.md'), 'utf8');
  for (const [name, { default: value }] of Object.entries<{ default?: string }>(action.inputs)) {
    const isPlain = value !== undefined && value !== '' && !value.includes('${{');
    expect(page, name).toContain(`| \`${name}\` | ${isPlain ? `\`${value}\` |` : ''}`);
  }
  for (const name of Object.keys(action.outputs))
    expect(page, name).toMatch(new RegExp(`^\\|.*\`${name}\``, 'm'));
});

test('the files that are installed are those that a build reads', () => {
  const script = readFileSync(join(ROOT, 'action', 'install.sh'), 'utf8');
  const [, list = ''] = /^inputs=\((.*)\)$/m.exec(script) ?? [];
  const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
  for (const file of list.split(' ')) expect(dockerfile, file).toContain(file);
});

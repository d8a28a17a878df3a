import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { Checkout } from './pipeline.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const FOLDER = join(ROOT, 'examples', 'ci', 'github');

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Record<string, unknown>;
}
interface Workflow {
  readonly on: Record<string, unknown>;
  readonly permissions: object;
  readonly jobs: Record<string, { readonly permissions?: object; readonly steps: Step[] }>;
}

const action = parse(readFileSync(join(ROOT, 'action.yml'), 'utf8'));
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const workflows = readdirSync(FOLDER).map((file): [string, Workflow] => [
  file,
  parse(readFileSync(join(FOLDER, file), 'utf8')),
]);

describe.each(workflows)('%s', (_, { on, permissions, jobs }) => {
  const steps = Object.values(jobs).flatMap((job) => job.steps);

  test('grants each job its own rights, and runs nothing of strangers with them', () => {
    expect(permissions).toEqual({});
    for (const job of Object.values(jobs)) expect(job.permissions).toHaveProperty('contents', 'read');
    expect(Object.keys(on)).not.toContain('pull_request_target');
    expect(Object.keys(on)).not.toContain('workflow_run');
  });

  test('no expression is part of a script', () => {
    for (const { run = '' } of steps) expect(run).not.toContain('${{');
  });

  test('actions are pinned, and ours is of this version', () => {
    const used = steps.flatMap(({ uses }) => (uses === undefined ? [] : [uses]));
    expect(used.length).toBeGreaterThan(1);
    for (const uses of used) {
      if (uses.includes('brokerform')) expect(uses).toBe(`your-org/brokerform@v${version}`);
      else expect(uses).toMatch(/^actions\/[\w-]+@v\d+$/);
    }
  });

  test('our action gets only inputs that it has', () => {
    const ours = steps.filter(({ uses }) => uses?.includes('brokerform'));
    expect(ours.length).toBeGreaterThan(0);
    for (const { with: inputs = {} } of ours) {
      for (const name of Object.keys(inputs)) expect(action.inputs).toHaveProperty(name);
      expect(['validate', 'test', 'diff', 'plan', 'apply', 'drift']).toContain(inputs.command);
    }
  });
});

describe('the nightly issue', () => {
  const checkout = new Checkout();
  afterAll(() => checkout.remove());
  const drift = Object.fromEntries(workflows)['topology-drift.yml'];
  const script = drift?.jobs.drift?.steps.find(({ run }) => run !== undefined)?.run ?? '';
  // What is listed goes to the script, the calls to us.
  checkout.program('gh', `echo "gh $*" >&2; case "$*" in "issue list"*) printf '%s' "$OPEN" ;; esac`);
  const run = (CODE: string, OPEN = '') =>
    checkout.run(script, { CODE, OPEN, REPORT: 'drift.md', TITLE: 'Drift', GH_TOKEN: 'x', GH_REPO: 'a/b' });

  test('is opened where there is none, and updated where there is one', async () => {
    const opened = await run('2');
    expect(opened.code).toBe(0);
    expect(opened.output).toContain(
      'gh issue create --title Drift --label topology-drift --body-file drift.md',
    );
    const updated = await run('2', '12');
    expect(updated.output).toContain('gh issue edit 12 --body-file drift.md');
    expect(updated.output).not.toContain('create --title');
  });

  test('is closed when nothing differs any more', async () => {
    expect((await run('0', '12')).output).toContain('gh issue close 12');
    const quiet = await run('0');
    expect(quiet).toMatchObject({ code: 0, output: expect.not.stringContaining('close') });
  });

  test.each(['1', '65', ''])('cannot hide that drift could not be told (%s)', async (code) => {
    const { code: ended, output } = await run(code, '12');
    expect(ended).toBe(1);
    expect(output).not.toContain('close');
  });
});

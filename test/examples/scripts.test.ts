import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { parse } from 'yaml';
import { Checkout } from './pipeline.ts';

// The scripts of the examples for GitLab CI and Jenkins, run as they stand.

const EXAMPLES = join(import.meta.dirname, '..', '..', 'examples', 'ci');
const broker = inject('rabbitmq').current ?? inject('rabbitmq').old;

interface Job {
  readonly script?: readonly string[];
  readonly rules?: readonly { readonly if?: string; readonly when?: string }[];
  readonly artifacts?: { readonly paths?: string[]; readonly reports?: Record<string, string> };
}

const gitlab: Record<string, Job> = parse(readFileSync(join(EXAMPLES, 'gitlab', '.gitlab-ci.yml'), 'utf8'), {
  merge: true,
});
const jenkinsfile = readFileSync(join(EXAMPLES, 'jenkins', 'Jenkinsfile'), 'utf8');

/** By what they do: the script of each job or stage. */
const SCRIPTS: Record<string, Record<string, string>> = {
  GitLab: Object.fromEntries(
    Object.entries(gitlab)
      .filter(([name]) => name.startsWith('topology-'))
      .map(([name, { script = [] }]) => [name.replace('topology-', ''), script.join('\n')]),
  ),
  Jenkins: Object.fromEntries(
    [...jenkinsfile.matchAll(/stage\('(\w+)'\)[\s\S]*?\bsh '([^']+)'/g)].map(([, stage = '', line = '']) => [
      stage.toLowerCase(),
      line,
    ]),
  ),
};

let checkout: Checkout;
beforeEach(() => {
  checkout = new Checkout();
});
afterEach(() => checkout.remove());
afterAll(async () => {
  await fetch(`${broker?.management}/api/vhosts/ci-examples`, {
    method: 'DELETE',
    headers: { authorization: `Basic ${btoa('guest:guest')}` },
  }).catch(() => {});
});

/** In a merge request whose note is not written, as there is no token. */
function run(script: string | undefined, more: Record<string, string> = {}) {
  const note = readFileSync(join(EXAMPLES, 'gitlab', 'merge-request-note.mjs'), 'utf8');
  checkout.write('ci/merge-request-note.mjs', note);
  return checkout.run(script ?? 'exit 99', {
    CI_MERGE_REQUEST_IID: '7',
    CI_MERGE_REQUEST_DIFF_BASE_SHA: checkout.base,
    RABBITMQ_URL: 'amqp://127.0.0.1:1',
    RABBITMQ_MANAGEMENT_URL: 'http://127.0.0.1:1',
    PLAN_OPTIONS: '--against=none',
    ...more,
  });
}

const live = {
  RABBITMQ_URL: broker?.url ?? '',
  RABBITMQ_MANAGEMENT_URL: broker?.management ?? '',
  PLAN_OPTIONS: '',
};

test('each has a script for every job', () => {
  expect(Object.keys(SCRIPTS.GitLab ?? {})).toEqual(['validate', 'diff', 'plan', 'apply', 'drift']);
  expect(Object.keys(SCRIPTS.Jenkins ?? {})).toEqual(['validate', 'drift', 'plan', 'apply']);
});

describe.each(['GitLab', 'Jenkins'])('%s', (name) => {
  const scripts = SCRIPTS[name] ?? {};

  test('checks the files, and what is wrong fails the job and stands in its reports', async () => {
    const { code, output } = await run(scripts.validate);
    expect(code, output).toBe(0);
    checkout.write('topologies/wrong.yaml', 'rabbitmq:\n  queue: {}\n');
    expect((await run(scripts.validate)).code).toBe(65);
    const report = /--junit-into (\S+)/.exec(scripts.validate ?? '')?.[1] ?? '';
    expect(readFileSync(join(checkout.folder, report), 'utf8')).toContain('wrong.yaml');
  });

  test('plans, and stores the plan', async () => {
    const { code, output } = await run(scripts.plan);
    expect(code, output).toBe(0);
    expect(output).toContain('audit');
    expect(existsSync(join(checkout.folder, 'saved-plan.json'))).toBe(true);
  });

  test('a plan that is blocked fails the job, with its report', async () => {
    checkout.program('brokerform', 'touch plan.md plan.txt saved-plan.json; exit 3');
    const { code, output } = await run(scripts.plan);
    expect(code, output).toBe(3);
    if (name === 'GitLab') expect(output).toContain('No note');
  });

  test('an apply and a drift that reach no broker fail as such, and not for their options', async () => {
    await run(scripts.plan);
    for (const script of [scripts.apply, scripts.drift]) {
      const { code, output } = await run(script);
      expect(code, output).toBe(1);
    }
  });

  test.skipIf(!broker)('plans, applies and finds no drift on a real broker', async () => {
    for (const script of [scripts.plan, scripts.apply, scripts.drift]) {
      const { code, output } = await run(script, live);
      expect(code, output).toBe(0);
    }
    checkout.write('topologies/audit.yaml', 'rabbitmq: { vhost: ci-examples }\n');
    // Owned, live, and no longer declared.
    expect((await run(scripts.drift, live)).code).toBe(2);
  });
});

describe('GitLab', () => {
  test('tells what a branch changes, with nothing but the files', async () => {
    const { code, output } = await run(SCRIPTS.GitLab?.diff, {
      RABBITMQ_URL: '',
      RABBITMQ_MANAGEMENT_URL: '',
    });
    expect(code, output).toBe(0);
    expect(output).toContain('audit');
    expect(output).not.toContain('queue orders');
  });

  test('what is stored is what the scripts write', () => {
    for (const [name, { script = [], artifacts = {} }] of Object.entries(gitlab)) {
      if (!name.startsWith('topology-')) continue;
      for (const file of [...(artifacts.paths ?? []), ...Object.values(artifacts.reports ?? {})]) {
        expect(script.join('\n'), name).toMatch(new RegExp(`(-into|--out|--report) ${file}\\b`));
      }
    }
  });

  test('nothing is applied but from main, by hand', () => {
    const { rules = [] } = gitlab['topology-apply'] ?? {};
    expect(rules).toHaveLength(1);
    expect(rules[0]).toMatchObject({ when: 'manual', if: expect.stringContaining('$CI_DEFAULT_BRANCH') });
  });
});

test('the commands of the page for any other system', async () => {
  const page = readFileSync(join(EXAMPLES, '..', '..', 'docs', 'ci.md'), 'utf8');
  const [, block = ''] = /^## Anywhere else\n\n```sh\n([\s\S]*?)^```/m.exec(page) ?? [];
  const ended: (number | null)[] = [];
  for (const line of block.trimEnd().split('\n')) {
    ended.push((await run(line.replace('origin/main', checkout.base))).code);
  }
  // No broker can be reached.
  expect(ended).toEqual([0, 0, 0, 1, 1]);
});

test("Jenkins' stages are closed, and its apply asks before it takes an agent", () => {
  const count = (sign: string) => jenkinsfile.split(sign).length;
  expect(count('{')).toBe(count('}'));
  const apply = jenkinsfile.slice(jenkinsfile.indexOf("stage('Apply')"));
  expect(apply).toContain('beforeInput true');
  expect(apply).toContain("branch 'main'");
  expect(apply.indexOf('input {')).toBeLessThan(apply.indexOf('agent {'));
});

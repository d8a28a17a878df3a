import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { BOT, REPOSITORY } from './github.ts';
import { FORK, MARKER, PLAN, PullRequest } from './pull-request.ts';

const pull = await PullRequest.open();
const { github, runner } = pull;
const comment: PullRequest['comment'] = (one) => pull.comment(one);
const bodies = () => pull.bodies;

beforeEach(() => github.reset());
afterAll(() => pull.close());

describe('one comment, updated in place', () => {
  test('the first run creates it, with the commit, the run and the digest of the plan', async () => {
    const { code, stdout, stderr } = await comment();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toContain('secret-token');
    expect(github.comments).toHaveLength(1);
    const [body = ''] = bodies();
    expect(body.startsWith(PLAN)).toBe(true);
    expect(body).toContain('Commit <code>c0ffee000</code>');
    expect(body).toContain(`(https://github.com/${REPOSITORY}/actions/runs/100)`);
    expect(body).toContain('plan <code>sha256:abababababab</code>');
  });

  test('later runs update it, whichever page of comments it is on', async () => {
    for (let i = 0; i < 230; i++) github.say(`comment ${i}`, 'alice');
    const ours = github.say(`${MARKER}\nold`, BOT);
    for (let i = 0; i < 30; i++) github.say(`later ${i}`, 'bob');
    expect((await comment({ markdown: `${MARKER}\nnew\n` })).code).toBe(0);
    expect(github.writes).toEqual([`PATCH /repos/${REPOSITORY}/issues/comments/${ours.id}`]);
    expect(ours.body).toContain('new');
  });

  test('a comment of somebody else with our marker is never touched', async () => {
    const theirs = github.say(`${MARKER}\nmine`, 'mallory');
    await comment();
    expect(theirs.body).toBe(`${MARKER}\nmine`);
    expect(github.comments.map(({ user }) => user.login)).toEqual(['mallory', BOT]);
  });

  test('our comments of other environments, and those that only quote a marker, are never touched', async () => {
    const others = [
      `${MARKER.replace('production', 'staging')}\nstaging`,
      `${MARKER.replace('plan', 'diff')}\ndiff`,
      `> quoted\n${MARKER}`,
      'hello',
    ];
    for (const body of others) github.say(body, BOT);
    await comment();
    expect(bodies().slice(0, 4)).toEqual(others);
    expect(github.comments).toHaveLength(5);
  });

  test('what a failed run says replaces the plan before it, though its marker lacks the project', async () => {
    await comment();
    const marker = '<!-- brokerform:plan environment=production -->';
    await comment({
      markdown: `${marker}\nfailed\n`,
      env: { GITHUB_RUN_ID: '101', BROKERFORM_EXIT_CODE: '65' },
    });
    expect(github.comments).toHaveLength(1);
    expect(bodies()[0]).toContain('failed');
    expect(bodies()[0]).toContain('exit code 65');
    await comment({ env: { GITHUB_RUN_ID: '102' } });
    expect(github.comments).toHaveLength(1);
    expect(bodies()[0]).toContain(PLAN);
  });

  test('names in environments and folders end no HTML comment', async () => {
    await comment({
      env: { BROKERFORM_ENV: 'a --> <img src=x>', BROKERFORM_WORKING_DIRECTORY: 'b\n--><!--' },
    });
    const footer = bodies()[0]?.slice(PLAN.length) ?? '';
    expect(footer.match(/-->/g)).toHaveLength(1);
    expect(footer).not.toContain('<img');
  });
});

describe('several runs', () => {
  test('two at the same time leave one comment', async () => {
    let meet = () => {};
    const both = new Promise<void>((resolve) => {
      meet = resolve;
    });
    let creations = 0;
    // Both have read the empty list before either creates its comment.
    github.intercept = async ({ method, path }) => {
      if (method !== 'POST' || path === '/graphql') return undefined;
      if (++creations === 2) meet();
      await both;
      return undefined;
    };
    await Promise.all([comment(), comment({ env: { GITHUB_RUN_ID: '101' } })]);
    expect(creations).toBe(2);
    expect(github.comments).toHaveLength(1);
    expect(bodies()[0]).toContain('/runs/101)');
  });

  test('where another run was first, ours goes and theirs is updated', async () => {
    // The list is empty when it is read; before our comment is there, another run has written one.
    github.intercept = ({ method, path }) => {
      if (method === 'POST' && path.endsWith('/comments')) github.say(`${MARKER}\nother`, BOT);
      return undefined;
    };
    await comment();
    expect(github.comments).toHaveLength(1);
    expect(bodies()[0]).toContain(PLAN);
    expect(github.writes.map((write) => write.split(' ')[0])).toEqual(['POST', 'PATCH', 'DELETE']);
  });

  test('an older run never overwrites a newer one', async () => {
    await comment({ markdown: `${MARKER}\nnewer\n`, env: { GITHUB_RUN_ID: '200' } });
    const { code, stdout } = await comment({ markdown: `${MARKER}\nolder\n`, env: { GITHUB_RUN_ID: '199' } });
    expect(code).toBe(0);
    expect(stdout).toContain('newer run');
    expect(bodies()[0]).toContain('newer');
    expect(github.comments).toHaveLength(1);
  });

  test('a plan that holds what looks like the footer of a newer run cannot keep its comment', async () => {
    const forged = '<!-- run plan/./production 9999999999 -->';
    await comment({ markdown: `${MARKER}\n${forged}\n<sub>x</sub>\n` });
    await comment({ markdown: `${MARKER}\nreplaced\n`, env: { GITHUB_RUN_ID: '101' } });
    expect(bodies()[0]).toContain('replaced');
  });

  test('a comment that was deleted meanwhile is written anew', async () => {
    const ours = github.say(`${MARKER}\nold`, BOT);
    github.intercept = ({ method }) => {
      if (method === 'PATCH' && github.comments[0] === ours) github.comments.shift();
      return undefined;
    };
    expect((await comment()).code).toBe(0);
    expect(bodies()).toHaveLength(1);
    expect(bodies()[0]).toContain(PLAN);
  });
});

describe('where there is no comment to be had', () => {
  const refused = { status: 403, body: { message: 'Resource not accessible by integration' } };

  test('a run for a fork may not write: a notice, the summary, and no failure', async () => {
    github.intercept = ({ method, path }) => (method === 'POST' && path !== '/graphql' ? refused : undefined);
    const { code, stdout, summary } = await comment({ event: { pull_request: FORK } });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^::notice title=brokerform plan::.*forks may only read.*summary/m);
    expect(summary).toContain('not in a comment');
  });

  test('a job without the right is told which one it needs', async () => {
    github.intercept = ({ method, path }) => (method === 'POST' && path !== '/graphql' ? refused : undefined);
    const { code, stdout } = await comment();
    expect(code).toBe(0);
    expect(stdout).toContain('pull-requests: write');
  });

  test('404 is what GitHub tells those who may not know', async () => {
    github.intercept = () => ({ status: 404, body: { message: 'Not Found' } });
    const { code, stdout } = await comment();
    expect(code).toBe(0);
    expect(stdout).toContain('::notice');
  });

  test('a run without a pull request has nothing to comment on', async () => {
    const { code, stdout } = await comment({ event: { ref: 'refs/heads/main' } });
    expect(code).toBe(0);
    expect(stdout).toContain('no pull request');
    expect(github.requests).toEqual([]);
  });

  test('without any of the variables of GitHub it says so and fails nothing', async () => {
    const { code, stderr } = await runner.runOutside('comment.mjs', {
      BROKERFORM_MARKDOWN: runner.file('plan.md', PLAN),
    });
    expect(code).toBe(0);
    expect(stderr).toContain('no pull request');
  });

  test('a pull request without a token is left to the summary', async () => {
    const { code, stdout } = await comment({ env: { BROKERFORM_TOKEN: '' } });
    expect(code).toBe(0);
    expect(stdout).toContain('no token');
  });

  test('a token that is not valid fails the step, with the words of GitHub', async () => {
    const { code, stdout } = await comment({ env: { BROKERFORM_TOKEN: 'wrong' } });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^::error .*Bad credentials/m);
  });

  test('hostile words of the other side are no commands to the runner', async () => {
    const message = 'no\n::add-mask::x\r::error::100%';
    github.intercept = () => ({ status: 422, body: { message } });
    const { stdout } = await comment();
    expect(stdout.trimEnd().split(/[\r\n]+/)).toHaveLength(1);
    expect(stdout).toContain('no%0A::add-mask::x%0D::error::100%25');
  });
});

describe('too long', () => {
  test('what GitHub would refuse is cut to title and summary before it is sent', async () => {
    const { code } = await comment({ markdown: `${PLAN}${'x'.repeat(70_000)}` });
    expect(code).toBe(0);
    const [body = ''] = bodies();
    expect(body.length).toBeLessThan(2_000);
    expect(body).toContain('| safe |');
    expect(body).not.toContain('#### Safe');
    expect(body).toContain('the summary of the run');
  });

  test('what GitHub counts otherwise is cut when it has refused', async () => {
    let refusals = 0;
    github.intercept = ({ method, path, body }) => {
      if (method !== 'POST' || path === '/graphql' || String(body.body).length < 3_000) return undefined;
      refusals++;
      const errors = [{ message: 'body is too long (maximum is 65536 characters)' }];
      return { status: 422, body: { message: 'Validation Failed', errors } };
    };
    const { code } = await comment({ markdown: `${PLAN}${'x'.repeat(50_000)}` });
    expect({ code, refusals }).toEqual({ code: 0, refusals: 1 });
    expect(bodies()[0]?.startsWith(MARKER)).toBe(true);
  });

  test('another refusal is no reason to try again', async () => {
    github.intercept = ({ method, path }) =>
      method === 'POST' && path !== '/graphql' ? { status: 422, body: { message: 'spam' } } : undefined;
    const { code, stdout } = await comment();
    expect(code).toBe(1);
    expect(stdout).toContain('spam');
    expect(github.writes).toHaveLength(1);
  });
});

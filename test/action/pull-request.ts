import { GitHub, REPOSITORY } from './github.ts';
import { Runner, type StepResult } from './step.ts';

export const MARKER = '<!-- brokerform:plan project=shop environment=production -->';
export const PLAN = `${MARKER}\n### Plan <code>production</code>\n\n| safe |\n|---:|\n| 1 |\n\n#### Safe\n`;
const SHA = 'c0ffee'.padEnd(40, '0');
const OWN = { number: 7, head: { sha: SHA, repo: { full_name: REPOSITORY } } };
export const FORK = { number: 7, head: { sha: SHA, repo: { full_name: 'mallory/shop' } } };

interface Case {
  markdown?: string;
  event?: unknown;
  env?: Record<string, string>;
}

/** A pull request, and a runner whose step writes a comment to it. */
export class PullRequest {
  readonly github = new GitHub();
  readonly runner = new Runner();

  static async open(): Promise<PullRequest> {
    const made = new PullRequest();
    await made.github.start();
    return made;
  }

  async close(): Promise<void> {
    await this.github.stop();
    this.runner.remove();
  }

  comment({ markdown = PLAN, event = { pull_request: OWN }, env = {} }: Case = {}): Promise<StepResult> {
    const { github, runner } = this;
    return runner.run('comment.mjs', {
      GITHUB_API_URL: github.url,
      GITHUB_GRAPHQL_URL: `${github.url}/graphql`,
      GITHUB_REPOSITORY: REPOSITORY,
      GITHUB_EVENT_PATH: runner.file('event.json', JSON.stringify(event)),
      GITHUB_RUN_ID: '100',
      BROKERFORM_TOKEN: 'secret-token',
      BROKERFORM_COMMAND: 'plan',
      BROKERFORM_ENV: 'production',
      BROKERFORM_WORKING_DIRECTORY: '.',
      BROKERFORM_MARKDOWN: runner.file('plan.md', markdown),
      BROKERFORM_DIGEST: `sha256:${'ab'.repeat(32)}`,
      BROKERFORM_EXIT_CODE: '0',
      ...env,
    });
  }

  get bodies(): string[] {
    return this.github.comments.map(({ body }) => body);
  }
}

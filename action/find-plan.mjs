// Finds the run that stored the plan which is to be applied: this run itself, where it planned too; else the newest
// run of the pull request that was merged as this commit, for exactly the commit that was reviewed last.
import { createGitHub, GitHubError } from './github.mjs';
import { annotate, apiUrl, main, setOutput, summarize } from './surroundings.mjs';

const { env } = process;
const STALE = 4;

await main(async () => {
  const {
    GITHUB_REPOSITORY: repository = '',
    BROKERFORM_TOKEN: token = '',
    BROKERFORM_ARTIFACT: artifact = '',
  } = env;
  const { GITHUB_SHA: sha = '', GITHUB_RUN_ID: run = '' } = env;
  if (
    !/^[\w.-]+\/[\w.-]+$/.test(repository) ||
    token === '' ||
    !/^[0-9a-f]{40,64}$/.test(sha) ||
    !/^\d+$/.test(run)
  ) {
    throw new GitHubError(
      0,
      'a stored plan is found by GITHUB_REPOSITORY, GITHUB_SHA, GITHUB_RUN_ID and a token; outside of GitHub, name its file',
    );
  }
  const github = createGitHub({ url: apiUrl, token });
  const repo = `/repos/${repository}`;
  const hasPlan = async (id) => {
    const path = `${repo}/actions/runs/${id}/artifacts?name=${encodeURIComponent(artifact)}`;
    const artifacts = await github.list(path, (page) => page.artifacts ?? []);
    return artifacts.some(({ name, expired }) => name === artifact && !expired);
  };
  try {
    const found = (await hasPlan(run))
      ? { id: run }
      : await reviewedPlan(github, repo, repository, sha, hasPlan);
    if ('id' in found) {
      setOutput('run-id', String(found.id));
      console.log(`The plan is artifact ${artifact} of run ${found.id}.`);
      return 0;
    }
    return none(found.reason, artifact);
  } catch (error) {
    if (!(error instanceof GitHubError) || (error.status !== 403 && error.status !== 404)) throw error;
    throw new GitHubError(
      error.status,
      `${error.message}; to find the plan, the job needs "permissions: actions: read, contents: read, pull-requests: read"`,
    );
  }
});

async function reviewedPlan(github, repo, repository, sha, hasPlan) {
  const pulls = await github.list(`${repo}/commits/${sha}/pulls`);
  const pull = pulls.find(({ merged_at, merge_commit_sha }) => merged_at && merge_commit_sha === sha);
  if (!pull) return { reason: `commit ${sha.slice(0, 9)} is no merged pull request` };
  const head = pull.head?.sha;
  const runs = await github.list(
    `${repo}/actions/runs?event=pull_request&head_sha=${encodeURIComponent(head)}`,
    (page) => page.workflow_runs ?? [],
  );
  // A fork may have the very same commit; what its runs stored is nobody's plan.
  const own = runs
    .filter((run) => run.head_sha === head && run.head_repository?.full_name === repository)
    .sort((a, b) => b.id - a.id);
  for (const { id } of own) if (await hasPlan(id)) return { id };
  return {
    reason: `no run for pull request #${Number(pull.number)} has stored a plan of its last commit, or it has expired`,
  };
}

function none(reason, artifact) {
  const text = `there is no plan to apply (artifact ${artifact}): ${reason}; nothing was applied; plan the branch anew, have that reviewed, and apply it`;
  annotate('error', text);
  summarize(
    `### Nothing was applied\n\nThere is no stored plan for this commit. Plan the branch anew (in the examples: run the apply workflow by hand), have that plan reviewed, and apply it.\n`,
  );
  setOutput('exit-code', String(STALE));
  return STALE;
}

// Writes a Markdown file of brokerform into the one note of a merge request that is about it; put it into ci/ of your
// repository. Its first line, which shows nowhere, tells that note from others. Only notes of the token's own user are
// looked at. Without a token, as in pipelines of forks, it does nothing.
import { readFileSync } from 'node:fs';

const { CI_API_V4_URL, CI_PROJECT_ID, CI_MERGE_REQUEST_IID, CI_JOB_URL, GITLAB_TOKEN } = process.env;
const ATTEMPTS = 4;

if (!GITLAB_TOKEN || !CI_MERGE_REQUEST_IID) {
  console.log('No note: this needs GITLAB_TOKEN, and the pipeline of a merge request.');
} else {
  await upsert(readFileSync(process.argv[2] ?? 'plan.md', 'utf8'));
}

async function upsert(markdown) {
  const [marker = ''] = markdown.split('\n', 1);
  if (!/^<!-- brokerform:[ -~]+ -->$/.test(marker)) throw new Error('this is no Markdown of brokerform');
  const notes = `/projects/${CI_PROJECT_ID}/merge_requests/${CI_MERGE_REQUEST_IID}/notes`;
  const body = CI_JOB_URL ? `${markdown}\n[Job](${CI_JOB_URL})\n` : markdown;
  const { id: user } = await call('GET', '/user');
  const ours = (await list(notes))
    .filter((note) => note.author?.id === user && note.body.split(/\r?\n/, 1)[0] === marker)
    .sort((a, b) => a.id - b.id);
  const [first, ...others] = ours;
  if (first) await call('PUT', `${notes}/${first.id}`, { body });
  else await call('POST', notes, { body });
  // Two pipelines at once may have written one each.
  for (const { id } of others) await call('DELETE', `${notes}/${id}`);
}

async function list(path) {
  const all = [];
  for (let page = 1; ; page++) {
    const items = await call('GET', `${path}?per_page=100&page=${page}`);
    all.push(...items);
    if (items.length < 100) return all;
  }
}

async function call(method, path, body) {
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(`${CI_API_V4_URL}${path}`, {
      method,
      redirect: 'error',
      headers: { 'private-token': GITLAB_TOKEN, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(30_000),
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.ok) return text === '' ? undefined : JSON.parse(text);
    const isPassing = response.status === 429 || (response.status >= 500 && method !== 'POST');
    if (!isPassing || attempt === ATTEMPTS) {
      throw new Error(`${method} ${path} was answered with ${response.status}: ${text.slice(0, 500)}`);
    }
    const seconds = Number(response.headers.get('retry-after')) || 2 ** (attempt - 1);
    await new Promise((done) => setTimeout(done, Math.min(seconds, 60) * 1000));
  }
}

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Checkout } from './pipeline.ts';

const SCRIPT = join(import.meta.dirname, '..', '..', 'examples/ci/gitlab/merge-request-note.mjs');
const MARKER = '<!-- brokerform:plan project=shop environment=production -->';

interface Note {
  readonly id: number;
  body: string;
  readonly author: { readonly id: number };
}

// The part of GitLab's API that the script uses.
let notes: Note[] = [];
let failures: number[] = [];
const server = createServer(async (request, response) => {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://gitlab');
  const answer = (status: number, body?: unknown) => {
    response.writeHead(status, {
      'content-type': 'application/json',
      ...(status === 429 && { 'retry-after': '0.1' }),
    });
    response.end(body === undefined ? '' : JSON.stringify(body));
  };
  const failure = failures.shift();
  if (failure !== undefined) return answer(failure, { message: 'trouble' });
  if (request.headers['private-token'] !== 'secret-token')
    return answer(401, { message: '401 Unauthorized' });
  if (pathname === '/user') return answer(200, { id: 42 });
  const path = '/projects/1/merge_requests/7/notes';
  if (!pathname.startsWith(path)) return answer(404);
  const id = Number(pathname.slice(path.length + 1));
  const note = notes.find((one) => one.id === id);
  const { body } = text === '' ? { body: '' } : JSON.parse(text);
  if (request.method === 'POST') {
    notes.push({ id: notes.length + 1000, body, author: { id: 42 } });
    return answer(201, {});
  }
  if (request.method === 'GET') {
    const start = (Number(searchParams.get('page')) - 1) * 100;
    return answer(200, notes.slice(start, start + 100));
  }
  if (!note) return answer(404);
  if (request.method === 'DELETE') notes = notes.filter((one) => one !== note);
  else note.body = body;
  return answer(request.method === 'DELETE' ? 204 : 200, request.method === 'DELETE' ? undefined : note);
});

let checkout: Checkout;
beforeAll(async () => {
  checkout = new Checkout();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => {
  notes = [];
  failures = [];
});
afterAll(async () => {
  checkout.remove();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function write(markdown = `${MARKER}\n### Plan\n`, env: Record<string, string> = {}) {
  checkout.write('plan.md', markdown);
  return checkout.run(`'${process.execPath}' '${SCRIPT}' plan.md`, {
    CI_API_V4_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    CI_PROJECT_ID: '1',
    CI_MERGE_REQUEST_IID: '7',
    GITLAB_TOKEN: 'secret-token',
    ...env,
  });
}

test('one note, written once and then updated, whichever page it is on', async () => {
  for (let id = 1; id <= 150; id++) notes.push({ id, body: `note ${id}`, author: { id: 7 } });
  expect((await write()).code).toBe(0);
  expect(notes).toHaveLength(151);
  const { code, output } = await write(`${MARKER}\nnew\n`);
  expect(code, output).toBe(0);
  expect(notes).toHaveLength(151);
  expect(notes.at(-1)?.body).toContain('new');
});

test('notes of others and of other environments are never touched; a second of ours goes', async () => {
  const body = `${MARKER}\nold`;
  const staging = `${MARKER.replace('production', 'staging')}\nold`;
  notes = [
    { id: 1, body, author: { id: 7 } },
    { id: 2, body: staging, author: { id: 42 } },
    { id: 3, body, author: { id: 42 } },
    { id: 4, body, author: { id: 42 } },
  ];
  await write();
  expect(notes.map(({ id }) => id)).toEqual([1, 2, 3]);
  expect(notes.map((note) => note.body.includes('### Plan'))).toEqual([false, false, true]);
});

test('a server that is busy is asked again; one that refuses fails the job without the token in its words', async () => {
  failures = [503, 429];
  expect((await write()).code).toBe(0);
  expect(notes).toHaveLength(1);
  const { code, output } = await write(undefined, { GITLAB_TOKEN: 'wrong-token' });
  expect(code).toBe(1);
  expect(output).toContain('401');
  expect(output).not.toContain('wrong-token');
});

test('without a token, as for forks, there is no note and no failure', async () => {
  const { code, output } = await write(undefined, { GITLAB_TOKEN: '' });
  expect(code).toBe(0);
  expect(output).toContain('No note');
});

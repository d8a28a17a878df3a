import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Comment {
  id: number;
  body: string;
  user: { login: string };
}

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly body: Record<string, unknown>;
}

/** An answer in the place of the usual one; `undefined` lets the usual one be given. */
export type Answer = { status: number; body?: unknown; headers?: Record<string, string> } | 'hang up';
type Interception = (request: Request) => Answer | undefined | Promise<Answer | undefined>;

export const REPOSITORY = 'acme/shop';
export const BOT = 'github-actions[bot]';
const LONGEST_BODY = 65_536;

/**
 * The part of GitHub's API that the action's steps use, on a port of 127.0.0.1: issue comments with GitHub's paging
 * and limits, the account of a token, artifacts, runs and the pull requests of a commit.
 */
export class GitHub {
  readonly comments: Comment[] = [];
  readonly requests: Request[] = [];
  /** By path, without the query; each a list that is answered in pages. */
  readonly lists = new Map<string, { key?: string; items: (query: URLSearchParams) => unknown[] }>();
  intercept: Interception = () => undefined;
  url = '';
  #nextId = 1;
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  reset(): void {
    this.comments.length = 0;
    this.requests.length = 0;
    this.lists.clear();
    this.intercept = () => undefined;
  }

  say(body: string, login: string): Comment {
    const comment = { id: this.#nextId++, body, user: { login } };
    this.comments.push(comment);
    return comment;
  }

  /** What was sent to change something. */
  get writes(): string[] {
    return this.requests
      .filter(({ method, path }) => method !== 'GET' && path !== '/graphql')
      .map(({ method, path }) => `${method} ${path}`);
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of incoming.setEncoding('utf8')) text += chunk;
    const url = new URL(incoming.url ?? '/', this.url);
    const { method = 'GET' } = incoming;
    const request = { method, path: url.pathname, body: text === '' ? {} : JSON.parse(text) };
    this.requests.push(request);
    const answer = (await this.intercept(request)) ?? this.#answer(request, url.searchParams, incoming);
    if (answer === 'hang up') {
      incoming.socket.destroy();
      return;
    }
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    response.end(answer.body === undefined ? '' : JSON.stringify(answer.body));
  }

  #answer({ method, path, body }: Request, query: URLSearchParams, incoming: IncomingMessage): Answer {
    if (incoming.headers.authorization !== 'Bearer secret-token') {
      return { status: 401, body: { message: 'Bad credentials' } };
    }
    if (path === '/graphql') return { status: 200, body: { data: { viewer: { login: BOT } } } };
    const list = this.lists.get(path);
    if (list) {
      const items = page(list.items(query), query);
      return { status: 200, body: list.key === undefined ? items : { [list.key]: items } };
    }
    const issues = `/repos/${REPOSITORY}/issues`;
    if (path === `${issues}/7/comments` && method === 'GET') {
      return { status: 200, body: page(this.comments, query) };
    }
    if (path === `${issues}/7/comments` && method === 'POST') {
      if (isTooLong(body)) return tooLong;
      return { status: 201, body: this.say(String(body.body), BOT) };
    }
    const id = Number(/\/issues\/comments\/(\d+)$/.exec(path)?.[1]);
    const index = this.comments.findIndex((comment) => comment.id === id);
    const comment = this.comments[index];
    if (comment && method === 'PATCH') {
      if (isTooLong(body)) return tooLong;
      comment.body = String(body.body);
      return { status: 200, body: comment };
    }
    if (comment && method === 'DELETE') {
      this.comments.splice(index, 1);
      return { status: 204 };
    }
    return { status: 404, body: { message: 'Not Found' } };
  }
}

function page<T>(items: readonly T[], query: URLSearchParams): T[] {
  const size = Math.min(Number(query.get('per_page') ?? 30), 100);
  const start = (Number(query.get('page') ?? 1) - 1) * size;
  return items.slice(start, start + size);
}

function isTooLong(body: Record<string, unknown>): boolean {
  return String(body.body).length > LONGEST_BODY;
}

const tooLong: Answer = {
  status: 422,
  body: {
    message: 'Validation Failed',
    errors: [{ resource: 'IssueComment', message: 'Body is too long (maximum is 65536 characters)' }],
  },
};

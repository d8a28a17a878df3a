/** The management API as a test sees it: plain requests, and nothing of the code under test. */
export class Management {
  readonly #base: string;
  readonly #authorization: string;

  constructor(management: string, user = 'guest', password = 'guest') {
    this.#base = management;
    this.#authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  }

  async request(method: string, path: readonly string[], body?: unknown, query = ''): Promise<unknown> {
    const url = `${this.#base}/api/${path.map(encodeURIComponent).join('/')}${query}`;
    const response = await fetch(url, {
      method,
      headers: { authorization: this.#authorization, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok && !(method === 'DELETE' && response.status === 404)) {
      throw new Error(`${method} ${url}: ${response.status} ${text}`);
    }
    return text === '' ? undefined : JSON.parse(text);
  }

  get(...path: string[]): Promise<Record<string, unknown>[]> {
    return this.request('GET', path) as Promise<Record<string, unknown>[]>;
  }

  put(path: readonly string[], body: unknown): Promise<unknown> {
    return this.request('PUT', path, body);
  }

  delete(...path: string[]): Promise<unknown> {
    return this.request('DELETE', path);
  }
}

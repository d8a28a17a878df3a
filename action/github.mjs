// GitHub's REST API as the steps of action.yml need it: what may be tried again is tried again, lists are read to
// their end. No dependencies, so that it runs before anything is installed.

/** An answer that says no, or none at all. `status` is 0 where no answer came. */
export class GitHubError extends Error {
  /**
   * @param {number} status
   * @param {string} message GitHub's own words
   */
  constructor(status, message) {
    super(message);
    this.name = 'GitHubError';
    this.status = status;
  }
}

/** @param {number} milliseconds */
export const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

const ATTEMPTS = 4;
/** Waiting longer costs more than running the job again. */
const LONGEST_WAIT = 120_000;

/**
 * @param {{url: string, token: string}} options
 */
export function createGitHub({ url, token }) {
  /**
   * One request. What does the same when done twice is repeated where the server fails; everything is where GitHub
   * asks to come back later, because then nothing was done.
   *
   * @param {string} method
   * @param {string} path below the API's URL, or a whole URL
   * @param {unknown} [body]
   * @param {{repeatable?: boolean}} [options]
   * @returns {Promise<any>}
   */
  async function request(method, path, body, { repeatable = method !== 'POST' } = {}) {
    for (let attempt = 1; ; attempt++) {
      const answer = await once(method, path, body);
      if (!(answer instanceof Failed)) return answer.value;
      const wait = answer.later ?? (answer.lost && repeatable ? 1000 * 2 ** (attempt - 1) : undefined);
      if (wait === undefined || wait > LONGEST_WAIT || attempt === ATTEMPTS) throw answer.error;
      await sleep(wait);
    }
  }

  async function once(method, path, body) {
    let response;
    let text;
    try {
      response = await fetch(path.startsWith('https:') || path.startsWith('http:') ? path : `${url}${path}`, {
        method,
        // A token must not follow a redirect to wherever.
        redirect: 'error',
        headers: {
          accept: 'application/vnd.github+json',
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'user-agent': 'brokerform-action',
          'x-github-api-version': '2022-11-28',
        },
        signal: AbortSignal.timeout(30_000),
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      text = await response.text();
    } catch (error) {
      const { cause } = /** @type {Error} */ (error);
      const reason = cause instanceof Error && cause.message !== '' ? cause.message : String(error);
      return new Failed(new GitHubError(0, `no answer from GitHub: ${reason}`), { lost: true });
    }
    const { status, headers } = response;
    const value = parse(text);
    if (response.ok) return { value };
    const error = new GitHubError(status, wordsOf(value) ?? `status ${status}`);
    return new Failed(error, { later: laterOf(status, headers, error.message), lost: status >= 500 });
  }

  return {
    request,
    /**
     * All items of a list, however many pages.
     *
     * @param {string} path
     * @param {(page: any) => any[]} [itemsOf]
     */
    async list(path, itemsOf = (page) => page) {
      const size = 100;
      const all = [];
      for (let page = 1; ; page++) {
        const items = itemsOf(
          await request('GET', `${path}${path.includes('?') ? '&' : '?'}per_page=${size}&page=${page}`),
        );
        all.push(...items);
        if (items.length < size) return all;
      }
    },
  };
}

class Failed {
  /**
   * @param {GitHubError} error
   * @param {{later?: number | undefined, lost: boolean}} how
   */
  constructor(error, { later, lost }) {
    this.error = error;
    /** Milliseconds after which GitHub wants to be asked again. */
    this.later = later;
    /** Whether it is unknown if anything was done. */
    this.lost = lost;
  }
}

/** https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit */
function laterOf(status, headers, message) {
  if (status !== 403 && status !== 429) return undefined;
  const after = headers.get('retry-after');
  if (after !== null && /^\d+$/.test(after)) return Number(after) * 1000;
  if (headers.get('x-ratelimit-remaining') === '0') {
    const reset = Number(headers.get('x-ratelimit-reset'));
    return Number.isFinite(reset) ? Math.max(1000, reset * 1000 - Date.now()) : 60_000;
  }
  return status === 429 || /secondary rate limit/i.test(message) ? 60_000 : undefined;
}

/** `message` alone often says "Validation Failed"; what failed stands in `errors`. */
function wordsOf(value) {
  if (typeof value?.message !== 'string') return undefined;
  const details = Array.isArray(value.errors)
    ? value.errors.map((error) => (typeof error === 'string' ? error : error?.message)).filter(Boolean)
    : [];
  return [value.message, ...details].join(': ');
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

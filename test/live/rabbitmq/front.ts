import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a front does instead of passing a request on: its own answer, or the broker's, cut off after some bytes. */
export type Interference =
  | { readonly status: number; readonly body?: string }
  | { readonly cutAt: number }
  | undefined;

/** A gateway in front of a management API that does not always do its work. */
export interface Front {
  readonly management: string;
  /** The paths of all requests, as they were asked for. */
  readonly seen: readonly string[];
  close(): Promise<void>;
}

/** @param interfere is told the path and how many requests for the same one came before. */
export async function startFront(
  management: string,
  interfere: (path: string, before: number) => Interference,
): Promise<Front> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    const { url: path = '', method = 'GET', headers } = request;
    const what = interfere(path, seen.filter((one) => one === path).length);
    seen.push(path);
    if (what && 'status' in what) {
      response.writeHead(what.status).end(what.body ?? 'upstream failed');
      return;
    }
    const onward = forward(`${management}${path}`, { method, headers }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => {
        const body = Buffer.concat(parts);
        const length = { 'content-length': String(body.length) };
        response.writeHead(answer.statusCode ?? 502, { 'content-type': 'application/json', ...length });
        if (what) response.write(body.subarray(0, what.cutAt), () => response.destroy());
        else response.end(body);
      });
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    management: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';

export interface FakeServer {
  /** `http://u:p@127.0.0.1:PORT` */
  readonly management: string;
  readonly port: number;
  /** `METHOD /path?query` of every request. */
  readonly requests: string[];
  close(): Promise<void>;
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const OVERVIEW = { cluster_name: 'fake', rabbitmq_version: '4.3.6' };

/** A management API that answers what RabbitMQ does to a first request, unless `answer` is asked instead. */
export async function fakeManagement(answer: Answer = healthy): Promise<FakeServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  return listen(server, requests);
}

export function healthy(request: IncomingMessage, response: ServerResponse): void {
  if (request.url?.startsWith('/api/overview')) json(response, 200, OVERVIEW);
  else json(response, 200, []);
}

export function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** A server of another protocol, which says these bytes to whatever it gets. */
export async function fakeTcp(says: Buffer | string): Promise<FakeServer> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(says));
  });
  return listen(server, []);
}

async function listen(
  server: ReturnType<typeof createServer> | ReturnType<typeof createTcpServer>,
  requests: string[],
): Promise<FakeServer> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    management: `http://u:p@127.0.0.1:${port}`,
    port,
    requests,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** Something that listens on a port of this machine, and is no broker. */
export interface Peer {
  readonly port: number;
  close(): Promise<void>;
}

/** What each peer does with a connection, by a name for the test's title. */
export const behaviours: Readonly<Record<string, (socket: Socket) => void>> = {
  'says nothing': () => {},
  'closes at once': (socket) => socket.end(),
  'resets at once': (socket) => socket.resetAndDestroy(),
  'sends garbage': (socket) =>
    socket.end(Buffer.from('\u0007\u001b[31mgarbage\r\n\r\n\u0000\u00ff', 'latin1')),
  'answers without an end': (socket) => endless(socket, () => Buffer.alloc(64 * 1024, 0x20)),
  'says that an endless frame comes': (socket) => {
    socket.write(Buffer.from([0x7f, 0xff, 0xff, 0xff]));
    endless(socket, () => Buffer.alloc(64 * 1024));
  },
  'drips byte by byte': (socket) => {
    const timer = setInterval(() => socket.write('I'), 50);
    socket.on('close', () => clearInterval(timer));
  },
  'is a NATS server': (socket) => {
    socket.write(
      'INFO {"server_id":"x","server_name":"x","version":"2.10.0","headers":true,"max_payload":1048576}\r\n',
    );
    socket.on('data', (data) => {
      if (data.includes('PING')) socket.write('PONG\r\n');
    });
  },
  'is an AMQP listener': (socket) => {
    socket.once('data', (data) => {
      if (data.subarray(0, 4).toString('latin1') === 'AMQP') return;
      socket.end(Buffer.from('AMQP\0\0\u0009\u0001', 'latin1'));
    });
  },
  'is a Kafka broker that falls silent': (socket) => {
    socket.once('data', (request) => {
      // ApiVersions 3 in its flexible form: no error, Metadata (3) in versions 0 to 12, no throttle, no tags.
      const body = Buffer.from([0, 0, 2, 0, 3, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0]);
      const head = Buffer.alloc(8);
      head.writeInt32BE(4 + body.length);
      request.copy(head, 4, 8, 12);
      socket.write(Buffer.concat([head, body]));
    });
  },
  'is a Kafka listener': (socket) => {
    // A broker reads a length first, and hangs up where that is larger than it takes.
    socket.once('data', (data) => {
      if (data.length >= 4 && data.readUInt32BE(0) > 100 * 1024 * 1024) socket.destroy();
    });
  },
};

function endless(socket: Socket, chunk: () => Buffer): void {
  const write = () => {
    while (!socket.destroyed && socket.write(chunk()));
  };
  socket.on('drain', write);
  write();
}

export async function startPeer(behave: (socket: Socket) => void): Promise<Peer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    behave(socket);
    socket.resume();
  });
  return listening(server, () => {
    for (const socket of sockets) socket.destroy();
  });
}

/** A web server that knows none of our pages. */
export async function startWebServer(): Promise<Peer> {
  const server = createHttpServer((_, response) => response.writeHead(404).end('<h1>Not here</h1>'));
  return listening(server, () => server.closeAllConnections());
}

async function listening(server: Server, cut: () => void): Promise<Peer> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      cut();
    });
  return { port: (server.address() as AddressInfo).port, close };
}

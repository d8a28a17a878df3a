import { createConnection } from 'node:net';

/** Every type that a header may have, with values that clients' own number types lose. */
export const HEADERS: Readonly<Record<string, unknown>> = {
  long: { '!': 'long', value: 9_007_199_254_740_993n },
  negative: { '!': 'long', value: -9_223_372_036_854_775_808n },
  one: { '!': 'long', value: 1 },
  int: { '!': 'int', value: 1 },
  short: { '!': 'short', value: 1 },
  byte: { '!': 'byte', value: -1 },
  unsignedbyte: { '!': 'unsignedbyte', value: 200 },
  unsignedshort: { '!': 'unsignedshort', value: 60_000 },
  unsignedint: { '!': 'unsignedint', value: 4_000_000_000 },
  double: { '!': 'double', value: 1 },
  fraction: { '!': 'double', value: 0.1 },
  float: { '!': 'float', value: 0.5 },
  timestamp: { '!': 'timestamp', value: 9_007_199_254_740_993n },
  decimal: { '!': 'decimal', value: { places: 2, digits: 314 } },
  yes: true,
  nothing: null,
  text: 'naïve 🐇',
  bytes: Buffer.from([0, 255, 1, 206]),
  list: [{ '!': 'long', value: 1 }, 'x', [null, { '!': 'float', value: 1 }]],
  table: { inner: { '!': 'short', value: 7 }, deeper: { x: { '!': 'long', value: 2 } } },
};

/** Content headers and bodies of what a queue delivers, as hexadecimal bytes, sorted: no client library reads them. */
export async function rawMessages(
  { url, vhost }: { readonly url: string; readonly vhost: string },
  queue: string,
  count: number,
): Promise<string[]> {
  const { hostname, port } = new URL(url);
  const socket = createConnection({ host: hostname, port: Number(port) });
  const method = (channel: number, payload: Buffer) => {
    const head = Buffer.alloc(7);
    head[0] = 1;
    head.writeUInt16BE(channel, 1);
    head.writeUInt32BE(payload.length, 3);
    socket.write(Buffer.concat([head, payload, Buffer.from([206])]));
  };
  const bytes = (...parts: (string | readonly number[])[]) =>
    Buffer.concat(parts.map((part) => Buffer.from(part as string)));
  const short = (text: string) => bytes([Buffer.byteLength(text)], text);
  const login = '\0guest\0guest';
  const answers: Readonly<Record<string, () => void>> = {
    '000a000a': () =>
      method(
        0,
        Buffer.concat([
          bytes([0, 10, 0, 11, 0, 0, 0, 0]),
          short('PLAIN'),
          bytes([0, 0, 0, login.length], login),
          short('en_US'),
        ]),
      ),
    '000a001e': () => {
      method(0, bytes([0, 10, 0, 31, 0, 1, 0, 2, 0, 0, 0, 0]));
      method(0, Buffer.concat([bytes([0, 10, 0, 40]), short(vhost), bytes([0, 0])]));
    },
    '000a0029': () => method(1, bytes([0, 20, 0, 10, 0])),
    '0014000b': () =>
      method(1, Buffer.concat([bytes([0, 60, 0, 20, 0, 0]), short(queue), bytes([0, 2, 0, 0, 0, 0])])),
  };
  const contents: string[] = [];
  let rest = Buffer.alloc(0);
  socket.write(bytes('AMQP', [0, 0, 9, 1]));
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('closed')));
    socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= 7 && rest.length >= 8 + rest.readUInt32BE(3)) {
        const size = rest.readUInt32BE(3);
        const payload = rest.subarray(7, 7 + size);
        if (rest[0] === 1) answers[payload.subarray(0, 4).toString('hex')]?.();
        else if (rest[0] === 2) contents.push(payload.toString('hex'));
        else if (rest[0] === 3) contents.push(`${contents.pop()} ${payload.toString('hex')}`);
        const isWhole = contents.length === count && bodyMissing(contents.at(-1) ?? '') === 0;
        rest = rest.subarray(8 + size);
        if (isWhole) resolve();
      }
    });
  });
  socket.removeAllListeners('close');
  socket.destroy();
  return contents.sort();
}

function bodyMissing(content: string): number {
  const [header = '', ...bodies] = content.split(' ');
  return Number.parseInt(header.slice(8, 24), 16) - bodies.join('').length / 2;
}

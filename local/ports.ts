import { createSocket } from 'node:dgram';
import { isFree } from '../src/cli/local-project.ts';

// Below Linux's ephemeral range (32768 and up): no outgoing connection can take the port of a broker
// between being chosen and being bound, or while the broker is down for a moment in a test.
const first = 20_000;
const last = 32_000;

/**
 * TCP ports of 127.0.0.1 that nothing listens on. No other process that asks gets them as long as this one lives: until the
 * broker binds them, and while it is down.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let tries = 0; ports.length < count; tries++) {
    if (tries > 1_000) throw new Error(`no ${count} free ports between ${first} and ${last}`);
    const port = first + Math.floor(Math.random() * (last - first));
    if ((await isFree(port)) && (await reserve(port))) ports.push(port);
  }
  return ports;
}

/** Takes the UDP port of the same number, which no broker wants, as a lock that the system opens when the process ends. */
function reserve(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4').unref();
    socket.once('error', () => resolve(false));
    socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => resolve(true));
  });
}

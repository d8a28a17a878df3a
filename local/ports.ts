import { isFree } from '../src/cli/local-project.ts';

// Below Linux's ephemeral range (32768 and up): no outgoing connection can take the port of a broker
// between being chosen and being bound, or while the broker is down for a moment in a test.
const first = 20_000;
const last = 32_000;

const given = new Set<number>();

/** Ports of 127.0.0.1 that nothing listens on, each given only once by this process. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let tries = 0; ports.length < count; tries++) {
    if (tries > 1_000) throw new Error(`no ${count} free ports between ${first} and ${last}`);
    // Random, so that several processes that look at once do not find the same ones.
    const port = first + Math.floor(Math.random() * (last - first));
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    ports.push(port);
  }
  return ports;
}

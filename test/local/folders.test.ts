import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makeFolder, removeFolder } from '../../local/folders.ts';
import { identify, isAlive, startProcess } from '../../local/processes.ts';

let temporary: string;

beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), 'folders-'));
  vi.stubEnv('TMPDIR', temporary);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(temporary, { recursive: true });
});

function abandon(owner: string): { folder: string; pid: number } {
  const folder = join(temporary, 'brokerform-rabbitmq-abandoned');
  mkdirSync(folder);
  const pid = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' }).pid as number;
  writeFileSync(join(folder, 'rabbitmq.pid'), identify(pid) as string);
  writeFileSync(join(folder, 'owner'), owner);
  return { folder, pid };
}

test('a run that was killed is cleaned up after by the next one', async () => {
  // This process's pid, but as it was given to an earlier process.
  const { folder, pid } = abandon(`${process.pid} 1`);
  removeFolder(makeFolder('rabbitmq'));
  expect(existsSync(folder)).toBe(false);
  await vi.waitFor(() => expect(identify(pid)).toBeUndefined());
});

test('a run that goes on is left alone', () => {
  const { folder, pid } = abandon(identify(process.pid) as string);
  removeFolder(makeFolder('rabbitmq'));
  expect(existsSync(folder)).toBe(true);
  expect(identify(pid)).toBeDefined();
  process.kill(pid, 'SIGKILL');
});

test('a process whose pid went to another one is not killed', () => {
  const { folder, pid } = abandon(`${process.pid} 1`);
  writeFileSync(join(folder, 'rabbitmq.pid'), `${pid} 1`);
  removeFolder(makeFolder('rabbitmq'));
  expect(identify(pid)).toBeDefined();
  process.kill(pid, 'SIGKILL');
});

test('a process that does not end when asked is killed', async () => {
  const folder = makeFolder('stubborn');
  const command = ['sh', '-c', 'trap "" TERM; while :; do sleep 0.1; done'] as const;
  const env = { PATH: process.env.PATH ?? '' };
  const stubborn = await startProcess({ name: 'stubborn', folder, log: join(folder, 'log'), command, env });
  const identity = identify(stubborn.pid) as string;
  expect(isAlive(identity)).toBe(true);
  await stubborn.end('SIGTERM', 300);
  expect(stubborn.running()).toBe(false);
  expect(isAlive(identity)).toBe(false);
  removeFolder(folder);
});

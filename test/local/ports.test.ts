import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { freePorts } from '../../local/ports.ts';

test('a port is given once, however many ask at the same time', async () => {
  // Of 12,000: by chance alone some 20 would be given twice.
  const given = (await Promise.all([freePorts(500), freePorts(500)])).flat();
  expect(new Set(given).size).toBe(given.length);
});

test('a port that was given cannot be reserved again', async () => {
  const [port = 0] = await freePorts(1);
  const other = createSocket('udp4');
  other.bind({ port, address: '127.0.0.1', exclusive: true });
  const [error] = (await once(other, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('EADDRINUSE');
});

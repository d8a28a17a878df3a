import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { installNats } from '../../local/nats/install.ts';
import { natsLines } from '../../local/nats.ts';
import { freePorts } from '../../local/ports.ts';
import type { LocalContainer } from '../../src/model/index.ts';
import { providers } from '../../src/workflow/index.ts';
import { runCli } from '../cli/run-cli.ts';

// What a container is told, told to the program that the image contains.

const root = mkdtempSync(join(tmpdir(), 'brokerform-containers-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function containerOf(type: string, settings: object): Promise<LocalContainer> {
  const provider = providers.find(({ name }) => name === type);
  const local = await provider?.local?.();
  const container = local?.container({
    connection: { name: 'b', type, settings: { ...settings }, resolve: () => '', timeout: 1_000 },
    version: provider?.assume('b').version ?? '',
    resources: [],
    identity: new Uint8Array(32),
  });
  if (container === undefined || 'problem' in container) throw new Error(container?.problem);
  return container;
}

describe.skipIf(!inject('nats').current)('NATS', () => {
  test.each(natsLines)(
    '%s takes the configuration: its password, its domain, and streams larger than the disk',
    async (line) => {
      const { program } = await installNats(line);
      const [client = 0, monitoring = 0] = await freePorts(2);
      const settings = { servers: [`nats://shop:p%22%24%5Cx@127.0.0.1:${client}`], domain: 'hub' };
      const { environment } = await containerOf('nats', settings);
      const { NATS_CONFIG: parts = [] } = environment;
      const text = [parts].flat().map((part) => (typeof part === 'string' ? part : part.secret));
      const folder = mkdtempSync(join(root, `${line}-`));
      const config = text
        .join('')
        .replace('port: 4222', `host: 127.0.0.1\nport: ${client}`)
        .replace('http_port: 8222', `http: 127.0.0.1:${monitoring}`)
        .replace('/data', join(folder, 'data'));
      writeFileSync(join(folder, 'nats.conf'), config);
      writeFileSync(
        join(folder, 'brokerform.yaml'),
        JSON.stringify({ topologies: ['t.yaml'], brokers: { b: { type: 'nats', ...settings } } }),
      );
      writeFileSync(join(folder, 't.yaml'), 'nats: { streams: { A: { subjects: [a], max_bytes: 90TB } } }\n');
      const server = spawn(program, ['--config', join(folder, 'nats.conf')], { stdio: 'ignore' });
      try {
        const options = { cwd: folder };
        const applied = await runCli(['apply', '--auto-approve', '--wait', '20s'], options);
        expect(applied.code, applied.stderr).toBe(0);
        expect(await runCli(['plan', '--detailed-exitcode'], options)).toMatchObject({ code: 0 });
      } finally {
        server.kill('SIGKILL');
        await new Promise((resolve) => server.once('close', resolve));
      }
    },
  );
});

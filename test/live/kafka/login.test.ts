import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { fresh, open, send } from '../../brokers/kafka-session/support.ts';
import { runProcess } from '../../cli/run-process.ts';

const shared = inject('kafka');
const line = shared.current ? 'current' : 'old';

let folder: string;
beforeEach((context) => {
  context.skip(!shared[line]?.sasl, shared.skipped[line] ?? 'the given cluster has one listener only');
  folder = mkdtempSync(join(tmpdir(), 'brokerform-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program of its own: the build takes of the client only what a login needs. */
async function doctor(sasl: object): Promise<{ code: number | null; output: string }> {
  const broker = { type: 'kafka', bootstrap: shared[line]?.sasl?.bootstrap, sasl };
  writeFileSync(
    join(folder, 'brokerform.yaml'),
    JSON.stringify({ project: 'shop', brokers: { main: broker } }),
  );
  const { code, stdout, stderr } = await runProcess(['doctor'], { cwd: folder, env: { PASSWORD: 'gehéim' } });
  return { code, output: stdout + stderr };
}

const password = '${PASSWORD}';

test('the program logs in by PLAIN, and is refused with another password', async () => {
  const login = { mechanism: 'plain', username: 'admin' };
  const known = await doctor({ ...login, password: 'admin-secret' });
  expect(known.code, known.output).toBe(0);
  const refused = await doctor({ ...login, password });
  expect(refused.output).toContain('refused the login of "admin" (PLAIN)');
});

test('the program logs in by SCRAM, as a user that it made', async () => {
  const name = fresh('user');
  const admin = await open({
    settings: { bootstrap: [...(shared[line]?.bootstrap ?? [])] },
    secrets: { [password]: 'gehéim' },
  });
  const mechanism = 'scram-sha-512' as const;
  const body = { name, mechanism, iterations: 4096, password: { $secret: password } };
  await send(admin.session, [[{ op: 'user.upsert', target: `events/user/${name}`, body }]]);
  const ended = await doctor({ mechanism, username: name, password });
  expect(ended.output).not.toMatch(/internal error|refused the login/);
  expect(ended.output).toContain('offers all that brokerform asks for');
});

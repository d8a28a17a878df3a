import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, inject, test } from 'vitest';
import { endOf } from './cli/end-of-process.ts';

const ROOT = join(import.meta.dirname, '..');
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

// Runs dist, as `npm run demo` does, which `npm test` has just built.
test.skipIf(!inject('rabbitmq').current || !inject('kafka').current || !inject('nats').current)(
  'the demo shows a blocked plan, a move in its place, and a routing mistake that a test catches',
  async () => {
    const { code, stdout, stderr } = await runDemo();
    expect(stderr).toBe('');
    const milestones = [
      /\$ brokerform init --quiet --broker rabbitmq,kafka,nats\nwrote brokerform\.yaml\n/,
      /\$ brokerform test\n3 tests: 3 passed\n/,
      /\$ brokerform apply --auto-approve\nPlan shop · rabbitmq ".*" [\d.]+ · kafka ".*" [\d.]+ · nats ".*"/,
      /\n\d+ applied\n/,
      '+ message-ttl: 1d\n',
      /\$ brokerform plan\n.*\n1 blocked · /,
      'BLOCKED\n-/+ queue order-notifications ',
      'destructive: 1,000 messages would be lost',
      'to proceed: a policy does this in place',
      "or: --move 'main/queue/%2F/order-notifications'  keeps the messages",
      '\n1 applied\n1000 of 1000 messages are in the new queue.\n',
      '- - { from: events, key: order.# }\n+ - { from: events, key: orders.# }\n',
      /\$ brokerform test\nFAIL {2}an order that its consumer rejects is kept/,
      '3 tests: 1 failed · 2 passed',
      /\$ brokerform plan --detailed-exitcode\n.*\nNo changes\. /,
      'All as expected',
      'What to do next',
      'brokerform up',
    ];
    let rest = stdout;
    for (const milestone of milestones) {
      const found = typeof milestone === 'string' ? milestone : (milestone.exec(rest)?.[0] ?? '');
      expect(found === '' ? -1 : rest.indexOf(found), `${milestone} in\n${rest}`).toBeGreaterThanOrEqual(0);
      rest = rest.slice(rest.indexOf(found) + found.length);
    }
    expect(code).toBe(0);
  },
  300_000,
);

function runDemo() {
  // A broker that is given for tests holds who knows what; the demo starts from nothing.
  const env = Object.entries(process.env).filter(([name]) => !name.startsWith('BROKERFORM_TEST_'));
  const child = spawn(process.execPath, ['--import', TSX, join(ROOT, 'local', 'demo.ts')], {
    cwd: ROOT,
    env: { ...Object.fromEntries(env), NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return endOf(child);
}

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
  'the demo goes from nothing to "no changes", and to a plan that is blocked',
  async () => {
    const { code, stdout, stderr } = await runDemo();
    // That the last plan is blocked is told by apply, too.
    expect(stderr).toMatch(
      /^Saved; to apply this plan: brokerform apply plan\.json\nerror: [^\n]*\n[^\n]*\n$/,
    );
    const milestones = [
      '$ brokerform validate\nNo findings.\n',
      '$ brokerform plan --out plan.json\nPlan examples · rabbitmq "',
      /\n\d+ safe\n/,
      ' +  queue order-notifications ',
      /\$ brokerform apply plan\.json\nApply examples · .*\n\d+ applied\n/,
      '+         - { from: events, key: invoice.# }\n',
      /\$ brokerform plan --detailed-exitcode\n.*\n2 safe · \d+ in sync\n/,
      ' +  binding events → order-notifications  key invoice.# ',
      ' +  limits of vhost / ',
      /\$ brokerform apply --auto-approve\n[^$]*\n2 applied\n/,
      /\$ brokerform plan --detailed-exitcode\n.*\nNo changes\. /,
      '+       message-ttl: 1d\n',
      /\$ brokerform plan\n.*\n1 blocked · /,
      'BLOCKED\n-/+ queue order-notifications ',
      /\$ brokerform apply --auto-approve\n.*\n1 blocked · /,
      'All as expected',
      'brokerform init',
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

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { mainArguments } from './run-process.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'brokerform-init-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs init on a terminal of its own, and types one answer after the other, each once the question stands there. */
function init(...answers: readonly string[]): Promise<string> {
  const words = [process.execPath, ...mainArguments(['init'])].map((word) => `'${word}'`);
  const child = spawn('script', ['-qec', words.join(' '), '/dev/null'], { cwd: folder });
  const pending = [...answers];
  let screen = '';
  let seen = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    const asked = screen.indexOf('[rabbitmq]: ', seen);
    if (asked < 0 || pending.length === 0) return;
    seen = asked + 1;
    child.stdin.write(pending.shift() ?? '');
  });
  return new Promise((resolve) => child.on('close', () => resolve(screen)));
}

// `script` of util-linux gives a child a terminal; it is on every Debian and Ubuntu.
describe.skipIf(spawnSync('script', ['--version']).status !== 0)(
  'init on a terminal asks for the brokers',
  () => {
    test('a word that is no broker is asked for again', async () => {
      const screen = await init('nats, kafak\r', 'nats, kafka\r');
      expect(screen).toContain('Did you mean kafka?');
      expect(screen).toMatch(/wrote topologies\/kafka\.yaml\r?\nwrote topologies\/nats\.yaml/);
    });

    test('an empty answer is RabbitMQ', async () => {
      await init('\r');
      expect(readFileSync(join(folder, 'brokerform.yaml'), 'utf8')).toMatch(/type: rabbitmq/);
    });

    test.each([
      ['Ctrl-D', '\u0004'],
      ['Ctrl-C', '\u0003'],
    ])('%s writes nothing', async (_, answer) => {
      await init(answer);
      expect(readdirSync(folder)).toEqual([]);
    });
  },
);

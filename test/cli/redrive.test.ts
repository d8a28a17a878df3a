import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folderOfFile } from '../setup/folder.ts';
import { runCli } from './run-cli.ts';

const folder = folderOfFile({
  'brokerform.yaml':
    'topologies: [t.yaml]\nbrokers:\n  main: { type: rabbitmq, management: "http://127.0.0.1:1" }\n',
  't.yaml': 'rabbitmq:\n  vhost: shop\n  queues: { dead: {} }\n',
});

const cli = (...args: string[]) => runCli(['redrive', ...args], { cwd: folder });

test('what cannot be meant is refused before a broker is asked, with what can', async () => {
  const address = 'main/queue/shop/dead';
  const cases: [string[], number, RegExp][] = [
    [[], 64, /missing required argument 'address'/],
    [['main/queue/shop/*'], 64, /one address, not a glob/],
    [['main/queue/shop/de ad'], 64, /write it as main\/queue\/shop\/de%20ad/],
    [[address, '--where', 'colour=red'], 64, /unknown key "colour"; there are reason, source, target, key/],
    [[address, '--where', 'older-than=5'], 64, /write a duration with its unit, as older-than=1d/],
    [[address, '--rate', '50'], 64, /Write messages and a unit: 50\/s/],
    [[address, '--rate', '0/s'], 64, /No message would ever be redriven/],
    [[address, '--limit', '0'], 64, /no message would ever be redriven/],
    [[address, '--to', 'x', '--via', 'exchange'], 64, /cannot be used with/],
    [['other/queue/shop/dead'], 65, /the broker other is not configured/],
    [
      ['main/exchange/shop/dead'],
      65,
      /is not the address of a queue[\s\S]*write it as main\/queue\/shop\/dead/,
    ],
    [['main/queue/%/dead'], 65, /not percent-encoded UTF-8/],
  ];
  for (const [args, code, message] of cases) {
    const ended = await cli(...args);
    expect({ args, code: ended.code, stdout: ended.stdout }).toEqual({ args, code, stdout: '' });
    expect(ended.stderr).toMatch(message);
  }
});

test('a broker that is not there is an error, also in JSON and in the report', async () => {
  const report = join(folder, 'report.json');
  const { code, stdout } = await cli('main/queue/shop/dead', '--yes', '--format', 'json', '--report', report);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ version: 1, failure: { kind: 'connection', broker: 'main' } });
  expect(JSON.parse(readFileSync(report, 'utf8'))).toEqual(JSON.parse(stdout));
});

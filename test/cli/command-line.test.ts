import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runCli } from './run-cli.ts';

const version = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version;

describe('help and version go to the standard output, and exit with 0', () => {
  test.each([['--version'], ['-V'], ['-V', 'plan']])('%s %s', async (...args) => {
    expect(await runCli(args)).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  test.each([['--help'], ['help'], ['plan', '--help'], ['help', 'plan']])('%s %s', async (...args) => {
    const { code, stdout, stderr } = await runCli(args);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('Usage: brokerform');
  });
});

describe('wrong usage exits with 64 and says what is right', () => {
  test.each<[string, RegExp]>([
    ['', /Usage: brokerform/],
    ['plann', /unknown command 'plann'\n\(Did you mean plan\?\)/],
    ['plan --targt x', /unknown option '--targt'\n\(Did you mean --target\?\)/],
    ['plan --target', /argument missing/],
    ['plan extra', /too many arguments/],
    ['show', /missing required argument 'plan'/],
    ['validate --format xml', /Allowed choices are text, json, markdown, github, sarif, junit, gitlab/],
    ['plan --timeout 30', /Write the unit too: 30s/],
    ['--wait 5m plan', /unknown option/],
    ['plan --wait 5parsecs', /"parsecs" is no unit here/],
    ['plan --wait 1000d', /between 0ms and 24d/],
    ['-q -v plan', /cannot be used with/],
    ['plan --allow everything', /must be <class>:<address glob>/],
    [
      'plan --target main/acl/topic/literal/a/User:x/allow/read/*',
      /write it as main\/acl\/topic\/literal\/a\/User%3Ax\/allow\/read\/\*/,
    ],
    ['plan --exclude main/queue/%2/a', /write a literal % as %25/],
    ['plan --allow destructive:main/queue/%2f/a', /write it as destructive:main\/queue\/%2F\/a/],
    ['plan --allow safe:**', /must be <class>:<address glob>/],
    ['apply', /no terminal for the approval prompt; apply needs a plan file or --auto-approve/],
    ['apply plan.json --prune --allow destructive:a', /--prune, --allow: not allowed with a saved plan/],
    ['-C /nonexistent/folder schema', /cannot change to directory \/nonexistent\/folder/],
    ['explain rabbitmq/no-such-rule', /nothing has the code/],
  ])('%s', async (line, expected) => {
    const { code, stdout, stderr } = await runCli(line.split(' ').filter((word) => word !== ''));
    expect(stderr).toMatch(expected);
    expect([code, stdout]).toEqual([64, '']);
  });
});

test('global flags work before and after the command', async () => {
  const lines = ['-C test/cli completion bash', 'completion bash -C test/cli', 'completion -C test/cli bash'];
  const ended = await Promise.all(lines.map((line) => runCli(line.split(' '))));
  expect(ended.map(({ code }) => code)).toEqual([0, 0, 0]);
  expect(new Set(ended.map(({ stdout }) => stdout)).size).toBe(1);
});

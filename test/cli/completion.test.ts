import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { programOrReason } from '../../local/program.ts';
import { completionScript, type Shell } from '../../src/cli/completion.ts';
import { createProgram } from '../../src/cli/run.ts';
import { mainArguments } from './run-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'brokerform-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function scriptFile(shell: Shell): string {
  const file = join(folder, `completion.${shell}`);
  writeFileSync(
    file,
    completionScript(
      createProgram(process, () => async () => {}),
      shell,
    ),
  );
  return file;
}

function run(shell: Shell, code: string): string {
  const flags = { bash: ['--norc', '--noprofile'], zsh: ['-f'], fish: ['--no-config'] }[shell];
  const { stdout, stderr, status } = spawnSync(shell, [...flags, '-c', code], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout.trim();
}

function dependsOn(shell: Shell): void {
  beforeEach(async (context) => {
    const found = await programOrReason(shell);
    if ('reason' in found) context.skip(found.reason);
  });
}

test('every command and every option is in every script', () => {
  const program = createProgram(process, () => async () => {});
  for (const shell of ['bash', 'zsh', 'fish'] as const) {
    const script = completionScript(program, shell);
    for (const command of program.commands.filter((one) => one.name() !== '__complete')) {
      expect(script, shell).toContain(command.name());
      for (const { long } of command.options) {
        const spelled = shell === 'fish' ? `-l ${long?.slice(2)} ` : String(long);
        expect(script, `${shell} ${command.name()}`).toContain(spelled);
      }
    }
    expect(script, shell).not.toContain(' __complete:');
  }
});

describe('names of the project', () => {
  const NAMES = [
    ['plan --env ', 'production staging'],
    ['--config other.yaml plan --env ', 'dev'],
    ['import --broker m', 'main'],
    ['explain lint/unused', 'lint/unused-suppression'],
  ];
  beforeAll(() => {
    // A name that a shell would run is no word to complete.
    const environments = '{ staging: {}, production: {}, "$(touch ran)": {}, "a b": {} }';
    const project = `project: shop\nbrokers: { main: { type: rabbitmq } }\nenvironments: ${environments}\n`;
    writeFileSync(join(folder, 'brokerform.yaml'), project);
    writeFileSync(join(folder, 'other.yaml'), 'project: other\nenvironments: { dev: {} }\n');
  });
  const main = mainArguments([]).map((word) => `'${word}'`);

  describe('bash', () => {
    dependsOn('bash');
    test.each(NAMES)('"%s" completes to "%s"', (line, expected) => {
      const program = `brokerform() { '${process.execPath}' ${main.join(' ')} "$@"; }`;
      expect(bashReply(line, program).split(' ').sort().join(' ')).toBe(expected);
      expect(existsSync(join(folder, 'ran'))).toBe(false);
    });
  });

  describe('fish', () => {
    dependsOn('fish');
    test.each(NAMES)('"%s" completes to "%s"', (line, expected) => {
      const program = `function brokerform; '${process.execPath}' ${main.join(' ')} $argv; end`;
      expect(fishReply(line, program)).toBe(expected);
    });
  });

  describe('zsh', () => {
    dependsOn('zsh');
    test('the function asks for them', () => {
      const program = `brokerform() { '${process.execPath}' ${main.join(' ')} "$@" }`;
      const code = `${program}; compdef() { : }; source '${scriptFile('zsh')}'; compadd() { print \${(P)@[-1]} }; words=(--env); _brokerform_names environments`;
      expect(run('zsh', code)).toBe('staging production');
    });
  });
});

function bashReply(line: string, before = ''): string {
  const words = `brokerform ${line}`.split(' ').map((word) => `'${word}'`);
  const code = `${before}\nsource '${scriptFile('bash')}'; COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _brokerform; echo "\${COMPREPLY[*]}"`;
  return run('bash', code);
}

function fishReply(line: string, before = ''): string {
  const code = `${before}\nsource '${scriptFile('fish')}'; complete -C 'brokerform ${line}' | string split -f1 \\t; true`;
  return run('fish', code).split('\n').sort().join(' ');
}

describe('bash', () => {
  dependsOn('bash');
  test.each([
    ['pl', 'plan'],
    ['plan --fo', '--format'],
    ['plan --format ', 'text json markdown github sarif junit gitlab diff'],
    ['-C /tmp completion ', 'bash zsh fish'],
    ['validate --fail-on w', 'warning'],
    ['plan --target ', ''],
  ])('"%s" completes to "%s"', (line, expected) => {
    expect(bashReply(line)).toBe(expected);
  });
});

describe('fish', () => {
  dependsOn('fish');
  test.each([
    ['pl', 'plan'],
    ['plan --fo', '--format'],
    ['plan --format ', 'diff github gitlab json junit markdown sarif text'],
    ['completion ', 'bash fish zsh'],
  ])('"%s" completes to "%s"', (line, expected) => {
    expect(fishReply(line)).toBe(expected);
  });
});

describe('zsh', () => {
  dependsOn('zsh');
  test('accepts the script, and knows the function', () => {
    const code = `autoload -Uz compinit; compinit -u -d '${folder}/zcompdump'; source '${scriptFile('zsh')}'; whence -w _brokerform; print $_comps[brokerform]`;
    expect(run('zsh', code)).toBe('_brokerform: function\n_brokerform');
  });
});

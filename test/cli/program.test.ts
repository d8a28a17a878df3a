import { describe, expect, test } from 'vitest';
import { createProgram } from '../../src/cli/run.ts';

const create = (first?: string) => createProgram(process, () => async () => {}, first);
const whole = create();

describe('a command that is named first', () => {
  test.each(whole.commands.map((command) => command.name()))('is the same without the others: %s', (name) => {
    const alone = create(name);
    const names = alone.commands.map((command) => command.name());
    expect(names).toEqual(name === 'completion' ? whole.commands.map((command) => command.name()) : [name]);
    const help = (program: typeof whole) =>
      program.commands.find((command) => command.name() === name)?.helpInformation();
    expect(help(alone)).toBe(help(whole));
  });

  test.each(['-C', 'help', 'pln', '', 'constructor'])('else all are there: %j', (first) => {
    expect(create(first).commands).toHaveLength(whole.commands.length);
  });
});

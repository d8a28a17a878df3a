import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../model/index.ts';

/** Given before or after the command. */
export interface GlobalFlags {
  readonly chdir?: string;
  readonly config?: string;
  readonly env?: string;
  readonly color?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  /** Milliseconds timeout per broker request. */
  readonly timeout: number;
}

export function addGlobalOptions(program: Command): void {
  program
    .option('-C, --chdir <dir>', 'run in this directory')
    .option('--config <file>', 'project configuration (default: brokerform.yaml)')
    .option('--env <environment>', 'environment from the configuration')
    .option('--color', 'always colour')
    .option('--no-color', 'never colour')
    .addOption(new Option('-q, --quiet', 'print results and errors only').conflicts('verbose'))
    .option('-v, --verbose', 'print details: all fields, calls, dependents, stack traces')
    .addOption(durationOption('--timeout <duration>', 'timeout per broker request', 30_000));
}

/** `30s`, `2m`: milliseconds in the flags. Digits alone are rejected, because the unit is unknown. */
export function durationOption(flags: string, description: string, fallback?: number): Option {
  const option = new Option(flags, description).argParser((text) => {
    const quantity = parseDuration(text, 'ms');
    if (/^-?\d+$/.test(text.trim())) throw new InvalidArgumentError(`Write the unit too: ${text.trim()}s.`);
    if ('problem' in quantity) throw new InvalidArgumentError(`It is ${quantity.problem}.`);
    if (typeof quantity.value !== 'number' || quantity.value < 0 || quantity.value > 2 ** 31 - 1) {
      throw new InvalidArgumentError('It must be between 0ms and 24d.');
    }
    return quantity.value;
  });
  if (fallback === undefined) return option;
  return option.default(fallback, fallback % 1000 === 0 ? `${fallback / 1000}s` : `${fallback}ms`);
}

/** An option that may be given several times. */
export function listOption(flags: string, description: string): Option {
  return new Option(flags, description)
    .argParser((text, before: string[] | undefined) => [...(before ?? []), text])
    .default([], 'none');
}

export function choiceOption(flags: string, description: string, choices: readonly string[]): Option {
  const [first = ''] = choices;
  return new Option(flags, description).choices(choices).default(first);
}

/** A whole number that is not negative. */
export function countOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text) => {
    if (!/^\d{1,6}$/.test(text.trim())) throw new InvalidArgumentError('It must be a whole number.');
    return Number(text);
  });
}

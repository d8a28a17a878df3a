import type { Command } from 'commander';
import { canonicalGlob } from '../model/index.ts';
import { UsageError } from './exit.ts';
import { durationOption, listOption } from './options.ts';

/** What decides about the content of a plan; shared by `plan` and by `apply` without a saved plan. */
export interface PlanFlags {
  readonly target: readonly string[];
  readonly exclude: readonly string[];
  readonly prune?: boolean;
  readonly allow: readonly string[];
  readonly move?: readonly string[];
  readonly resetPasswords?: readonly string[];
  /** False with `--no-preview`. */
  readonly preview: boolean;
  /** Milliseconds. */
  readonly wait: number;
}

export function addPlanOptions(command: Command): Command {
  return command
    .addOption(
      listOption('--target <glob>', 'include only matching addresses and their dependencies; repeatable'),
    )
    .addOption(listOption('--exclude <glob>', 'exclude matching addresses; repeatable'))
    .option('--prune', 'delete owned resources that are not declared')
    .addOption(
      listOption('--allow <class:glob>', 'permit a blocked change (copy the key from the plan); repeatable'),
    )
    .addOption(
      listOption('--move <glob>', 'move the messages of matching resources that are replaced; repeatable'),
    )
    .addOption(
      listOption(
        '--reset-passwords <glob>',
        'send the declared passwords of matching resources again; repeatable',
      ),
    )
    .option('--no-preview', 'skip the preflight checks on the brokers')
    .addOption(waitOption());
}

export function waitOption() {
  return durationOption('--wait <duration>', 'wait this long for brokers to start', 0);
}

/** The flags that were given, as they are written, which a saved plan cannot take any more. */
export function givenPlanFlags(flags: PlanFlags): string[] {
  return [
    ...(flags.target.length > 0 ? ['--target'] : []),
    ...(flags.exclude.length > 0 ? ['--exclude'] : []),
    ...(flags.prune ? ['--prune'] : []),
    ...(flags.allow.length > 0 ? ['--allow'] : []),
    ...(flags.move?.length ? ['--move'] : []),
    ...(flags.resetPasswords?.length ? ['--reset-passwords'] : []),
    ...(flags.preview ? [] : ['--no-preview']),
  ];
}

/** A glob whose names are not encoded as those of addresses would silently match nothing. @throws UsageError */
export function checkSpelling(flags: PlanFlags): void {
  const given = [
    ...flags.target.map((glob) => ['--target', '', glob] as const),
    ...flags.exclude.map((glob) => ['--exclude', '', glob] as const),
    ...(flags.move ?? []).map((glob) => ['--move', '', glob] as const),
    ...(flags.resetPasswords ?? []).map((glob) => ['--reset-passwords', '', glob] as const),
    ...flags.allow.map((key) => {
      const start = key.indexOf(':') + 1;
      return ['--allow', key.slice(0, start), key.slice(start)] as const;
    }),
  ];
  for (const [flag, head, glob] of given) {
    let written: string;
    try {
      written = canonicalGlob(glob);
    } catch {
      throw new UsageError(`${flag} ${head}${glob}: not percent-encoded UTF-8`, 'write a literal % as %25');
    }
    if (written !== glob) {
      throw new UsageError(
        `${flag} ${head}${glob}: not written as addresses are`,
        `write it as ${head}${written}`,
      );
    }
  }
}

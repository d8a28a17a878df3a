import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { mainArguments } from '../cli/run-process.ts';
import type { Runner } from './step.ts';

const quote = (words: readonly string[]) => words.map((word) => `'${word}'`).join(' ');
/** The real one; where it would go to a broker it takes one that has nothing. */
export const REAL = `against=; [ "$1" != plan ] || against=--against=none\nexec ${quote([process.execPath, ...mainArguments([])])} "$@" $against\n`;

/** Writes down its arguments, fills the files that it was asked for, prints what it is told and ends as it is told. */
export const STAND_IN = `
printf '%s\\n' "$@" >"$ARGUMENTS"
for argument; do
  case $argument in --out=* | --json-into=* | --markdown-into=* | --report=*)
    file=\${argument#*=}; [ -z "\${FILES_FROM:-}" ] || cp "$FILES_FROM/\${file##*/}" "$file" 2>/dev/null ;;
  esac
done
printf '%b' "\${PRINTED:-}"
exit "\${ENDS_WITH:-0}"
`;

/** The `brokerform` that steps in this runner's folder find on their PATH. */
export function brokerformOf({ folder }: Runner) {
  const bin = join(folder, 'bin');
  const ARGUMENTS = join(folder, 'arguments');
  return {
    PATH: `${bin}${delimiter}${process.env.PATH}`,
    /** Where the stand-in writes its arguments. */
    ARGUMENTS,
    argumentsOf: () => readFileSync(ARGUMENTS, 'utf8').trimEnd().split('\n'),
    /** Takes `REAL`, `STAND_IN` or another script as brokerform. */
    program(script: string): void {
      mkdirSync(bin, { recursive: true });
      writeFileSync(join(bin, 'brokerform'), `#!/usr/bin/env bash\n${script}`);
      chmodSync(join(bin, 'brokerform'), 0o755);
    },
  };
}

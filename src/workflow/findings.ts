import { CUSTOM_PREFIX, type Rule } from '../model/index.ts';

/** Tells by its code whether a diagnostic is the finding of a lint rule: of the project's own, or one of these. */
export function findingTest(rules: () => readonly Rule[]): (code: string) => boolean {
  let codes: ReadonlySet<string> | undefined;
  return (code) => {
    codes ??= new Set(rules().map((rule) => rule.code));
    return code.startsWith(CUSTOM_PREFIX) || codes.has(code);
  };
}

import type { Project } from '../load/index.ts';
import {
  addressMatcher,
  CUSTOM_PREFIX,
  countBy,
  type Diagnostic,
  indexByAddress,
  type Resource,
  type Rule,
} from '../model/index.ts';

/** Tells by its code whether a diagnostic is the finding of a lint rule: of the project's own, or one of these. */
export function findingTest(rules: () => readonly Rule[]): (code: string) => boolean {
  let codes: ReadonlySet<string> | undefined;
  return (code) => {
    codes ??= new Set(rules().map((rule) => rule.code));
    return code.startsWith(CUSTOM_PREFIX) || codes.has(code);
  };
}

/** What one project says of a resource in two ways that exclude each other. */
export function contradictions(project: Project, declared: readonly Resource[]): Diagnostic[] {
  return [...retiredAndDeclared(project, declared), ...ignoredAndManaged(project, declared)];
}

/** To be there and to be gone at once: each plan would undo the one before. */
function retiredAndDeclared({ retired }: Project, declared: readonly Resource[]): Diagnostic[] {
  const resources = indexByAddress(declared);
  return retired.flatMap(({ address, at }): Diagnostic[] => {
    const resource = resources.get(address);
    if (!resource) return [];
    const message = `${address} is declared, and retired too`;
    const hint = 'remove the declaration, or the entry under retired';
    const related = resource.at ? [resource.at] : [];
    return [{ code: 'load/retired-and-declared', severity: 'error', message, at, hint, address, related }];
  });
}

/** A glob of `ignore` must not hide what the same project declares or retires. */
function ignoredAndManaged({ ignored, retired }: Project, declared: readonly Resource[]): Diagnostic[] {
  const managed = [
    ...declared.map(({ address, at }) => ({ address, at, is: 'declared' })),
    ...retired.map(({ address, at }) => ({ address, at, is: 'retired' })),
  ];
  return ignored.flatMap(({ value: glob, at }): Diagnostic[] => {
    const matches = addressMatcher(glob);
    const found = managed.filter(({ address }) => matches(address));
    const [first] = found;
    if (!first) return [];
    const others = found.length > 1 ? `, and ${found.length - 1} more` : '';
    return [
      {
        code: 'load/ignored-and-managed',
        severity: 'error',
        message: `${JSON.stringify(glob)} ignores ${first.address}, which is ${first.is}${others}`,
        at,
        hint: 'make the glob narrower, or remove what it matches from the topology',
        address: first.address,
        related: first.at ? [first.at] : [],
      },
    ];
  });
}

/** A file with more mistakes of one kind has one reason for all of them: the rest are counted. */
const MOST_OF_A_CODE = 1000;

/**
 * The first mistakes of each code in each file, and how many more there are, at the first that is left out.
 * @param sorted by file and place
 * @param isListed codes of which all are kept, as a baseline accepts them one by one
 */
export function firstMistakes(
  sorted: readonly Diagnostic[],
  isListed: (code: string) => boolean,
): Diagnostic[] {
  const keyOf = ({ code, at }: Diagnostic) => `${code} ${at?.file ?? ''}`;
  const counts = countBy(sorted, keyOf);
  const seen = new Map<string, number>();
  return sorted.flatMap((one): Diagnostic[] => {
    const key = keyOf(one);
    const number = (seen.get(key) ?? 0) + 1;
    seen.set(key, number);
    if (number <= MOST_OF_A_CODE || isListed(one.code)) return [one];
    if (number > MOST_OF_A_CODE + 1) return [];
    const { code, severity, at } = one;
    const rest = ((counts.get(key) ?? 0) - MOST_OF_A_CODE).toLocaleString('en-US');
    const message = `${rest} more errors of this kind`;
    return [{ code, severity, message, ...(at && { at }), hint: 'correct those that are listed first' }];
  });
}

import type { Project } from '../load/index.ts';
import { addressMatcher, type Diagnostic, indexByAddress, type Resource } from '../model/index.ts';

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

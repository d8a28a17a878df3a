import {
  type Address,
  addressMatcher,
  type Blocker,
  isMove,
  type Risk,
  type RiskClass,
  type Step,
  worstRisk,
} from '../model/index.ts';

export interface GateRules {
  /** `--allow` keys: `<class>:<address glob>`. */
  readonly allow: readonly string[];
  /** Address globs protected by the environment. */
  readonly protect: readonly string[];
  /** Maximum number of deletions, including replacements, in one plan. */
  readonly maxDeletes?: number;
}

/** Safe and disruptive risks are never blocked; refused ones cannot be allowed. */
const ALLOWABLE: readonly string[] = ['destructive', 'protected'];

/** @returns the problem of an `--allow` key; undefined if it is valid. */
export function checkAllowKey(key: string): string | undefined {
  const colon = key.indexOf(':');
  const name = key.slice(0, Math.max(colon, 0));
  if (!ALLOWABLE.includes(name))
    return `must be <class>:<address glob>, with class ${ALLOWABLE.join(' or ')}`;
  return colon === key.length - 1 ? 'has no address after the colon' : undefined;
}

/** Returns whether a risk class at an address is allowed. */
export function allowance(keys: readonly string[]): (riskClass: RiskClass, address: Address) => boolean {
  const entries = keys.map((key) => {
    const colon = key.indexOf(':');
    return { class: key.slice(0, colon), matches: addressMatcher(key.slice(colon + 1)) };
  });
  return (riskClass, address) => entries.some((entry) => entry.class === riskClass && entry.matches(address));
}

/** Adds the guards of the project to the risks: protected addresses, and the limit of deletions. */
export function guardSteps(steps: readonly Step[], rules: GateRules): Step[] {
  const protectors = rules.protect.map(addressMatcher);
  const deletions = steps.filter(deletes).length;
  return steps.map((step) => {
    const guards: Risk[] = [];
    if (worstRisk(step.risks) !== 'safe' && protectors.some((matches) => matches(step.address))) {
      guards.push({ class: 'protected', code: 'protected', message: 'protected in this environment' });
    }
    if (deletes(step) && rules.maxDeletes !== undefined && deletions > rules.maxDeletes) {
      const count = `${deletions} resource${deletions === 1 ? '' : 's'}`;
      const message = `plan deletes ${count}, limits.deletes is ${rules.maxDeletes}`;
      guards.push({ class: 'protected', code: 'too-many-deletes', message });
    }
    return guards.length === 0 ? step : { ...step, risks: [...step.risks, ...guards] };
  });
}

/** Whether the step deletes a resource with its contents. */
function deletes({ action, change }: Step): boolean {
  return (action === 'delete' || action === 'replace') && !isMove(change);
}

/** Every risk that blocks the plan. Safe and disruptive risks never do. */
export function findBlockers(steps: readonly Step[], allow: readonly string[]): Blocker[] {
  const isAllowed = allowance(allow);
  return steps.flatMap((step) =>
    step.risks.flatMap((risk): Blocker[] => {
      if (risk.class === 'refused') return [{ address: step.address, risk }];
      if (risk.class !== 'destructive' && risk.class !== 'protected') return [];
      if (isAllowed(risk.class, step.address)) return [];
      return [{ address: step.address, risk, allow: `${risk.class}:${step.address}` }];
    }),
  );
}

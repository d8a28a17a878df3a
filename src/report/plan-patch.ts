import { type Address, type Plan, type ResourceYaml, type Step, worstRisk } from '../model/index.ts';
import { escapeText } from '../text/escape.ts';
import type { RunFailure } from './failure.ts';
import { failureText } from './failure.ts';
import { SECTION_ORDER, sectionsOf } from './sections.ts';
import { PLAIN, paint, type Style } from './style.ts';
import { unifiedDiff } from './unified-diff.ts';

/**
 * A plan as one unified diff, worst class first: live against desired YAML, a file for each resource. Lines that start
 * with `#` name the change above its file; patch tools skip them. Empty if nothing changes.
 */
export function planPatch(plan: Plan, resources: readonly ResourceYaml[], style: Style): string {
  const sections = sectionsOf(plan);
  const yaml = new Map(resources.map((one) => [one.address, one]));
  const shown = new Set<Address>(plan.waves.flat().map(({ address }) => address));
  /** A resource that depends on several changes is shown below the first of them. */
  const isFirst = (address: Address) => !shown.has(address) && shown.add(address).has(address);
  const patches = SECTION_ORDER.flatMap((name) =>
    sections[name].flatMap(({ step }) => stepPatches(step, name === 'blocked', yaml, isFirst, style)),
  );
  const refusals = sections.refusals.map(({ address, risk }) =>
    comment(`blocked: ${address}: ${risk.message}`, style),
  );
  return [...patches, ...refusals].join('');
}

/** A failure as comment lines, so that the file remains a patch without changes. */
export function failurePatch(failure: RunFailure): string {
  const lines = failureText(failure, PLAIN).trimEnd().split('\n');
  return lines.map((line) => comment(line, PLAIN)).join('');
}

function stepPatches(
  step: Step,
  isBlocked: boolean,
  yaml: ReadonlyMap<Address, ResourceYaml>,
  isFirst: (address: Address) => boolean,
  style: Style,
): string[] {
  const label = isBlocked ? 'blocked' : worstRisk(step.risks);
  const detail = step.detail === '' ? '' : `  ${step.detail}`;
  const own = patchOf(yaml.get(step.address), style);
  // A change that no YAML shows, such as a new password, is not silent.
  const fields = own === '' ? step.fields.map(({ name }) => name).join(', ') : '';
  return [
    comment(`${label}: ${step.action} ${step.title}${detail}${fields && `: ${fields}`}`, style),
    own,
    ...step.dependents
      .filter(({ address }) => isFirst(address))
      .map(({ address }) => patchOf(yaml.get(address), style)),
  ];
}

function comment(text: string, style: Style): string {
  return `${paint(style, 'dim', `# ${escapeText(text)}`)}\n`;
}

function patchOf(resource: ResourceYaml | undefined, style: Style): string {
  if (!resource) return '';
  const { address, live, desired } = resource;
  const before = live === undefined ? undefined : { name: `live/${address}`, text: live };
  const after = desired === undefined ? undefined : { name: `desired/${address}`, text: desired };
  return unifiedDiff(before, after, style);
}

import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff/lib/patch/create.js';
import { type Address, type Plan, type ResourceYaml, type Step, worstRisk } from '../model/index.ts';
import { escapeText } from '../text/escape.ts';
import type { RunFailure } from './failure.ts';
import { failureText } from './failure.ts';
import { SECTION_ORDER, sectionsOf } from './sections.ts';
import { PLAIN, paint, type Style } from './style.ts';

/** Line edits of one resource after which it is shown as removed and added. */
const MOST_EDITS = 2000;
const ABSENT_FILE = '/dev/null';

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
    ...step.dependants
      .filter(({ address }) => isFirst(address))
      .map(({ address }) => patchOf(yaml.get(address), style)),
  ];
}

function comment(text: string, style: Style): string {
  return `${paint(style, 'dim', `# ${escapeText(text)}`)}\n`;
}

function patchOf(resource: ResourceYaml | undefined, style: Style): string {
  if (!resource || resource.live === resource.desired) return '';
  const { address, live, desired } = resource;
  const from = live === undefined ? ABSENT_FILE : `live/${escapeText(address)}`;
  const to = desired === undefined ? ABSENT_FILE : `desired/${escapeText(address)}`;
  const [before, after] = [escapeLines(live), escapeLines(desired)];
  const patch =
    createTwoFilesPatch(from, to, before, after, undefined, undefined, {
      context: 3,
      headerOptions: FILE_HEADERS_ONLY,
      maxEditLength: MOST_EDITS,
    }) ?? wholePatch(from, to, before, after);
  return painted(patch, style);
}

/** All lines of one side removed, all of the other added. */
function wholePatch(from: string, to: string, before: string, after: string): string {
  const [removed, added] = [linesOf(before), linesOf(after)];
  return [
    `--- ${from}`,
    `+++ ${to}`,
    `@@ -${removed.length === 0 ? 0 : 1},${removed.length} +${added.length === 0 ? 0 : 1},${added.length} @@`,
    ...removed.map((line) => `-${line}`),
    ...added.map((line) => `+${line}`),
    '',
  ].join('\n');
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

function escapeLines(text = ''): string {
  return text.split('\n').map(escapeText).join('\n');
}

const COLOURS: Readonly<Record<string, Parameters<typeof paint>[1]>> = {
  '+': 'green',
  '-': 'red',
  '@': 'cyan',
};

function painted(patch: string, style: Style): string {
  if (!style.colour) return patch;
  return patch
    .split('\n')
    .map((line) =>
      paint(style, /^(?:---|\+\+\+) /.test(line) ? 'bold' : (COLOURS[line.slice(0, 1)] ?? []), line),
    )
    .join('\n');
}

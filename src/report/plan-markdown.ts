import {
  type BrokenTest,
  type BrokerIdentity,
  type Effect,
  formatCount,
  type Graph,
  type LeftBehind,
  type Plan,
  type Side,
} from '../model/index.ts';
import { escapeText, markdownCode } from '../text/escape.ts';
import { plural } from '../text/words.ts';
import { type About, markerLine, subjectName } from './about.ts';
import { type CommentSection, comment, commentPicture, cutText } from './comment.ts';
import {
  abandonedBlocks,
  effectBlocks,
  RETIRE_HINT,
  retiredLines,
  sideNotes,
  undeclaredBlocks,
} from './plan-blocks.ts';
import { hasChanges, sectionBlocks, TITLE } from './plan-text.ts';
import { type PlanSections, SECTION_ORDER, type SectionName, sectionsOf, summaryParts } from './sections.ts';
import { PLAIN, type Style } from './style.ts';
import { brokenTestBlocks } from './tests-text.ts';

const HEADING: Readonly<Record<SectionName, string>> = {
  blocked: '🛑 Blocked',
  destructive: 'Destructive',
  disruptive: 'Disruptive',
  safe: 'Safe',
};

/** So many rows at most, with cells of so many characters: names are anybody's. */
const BROKERS = 10;
const CELL = 60;
const LONGEST_NOTE = 200;

/** The plan for a pull request: what is dangerous whole, what is safe folded, what does not fit counted. */
export function planMarkdown(plan: Plan, style: Style, command: 'plan' | 'drift', picture?: Graph): string {
  const { project, environment } = plan;
  const sections = sectionsOf(plan);
  const head = [
    ...commentHead({ command, project, environment }),
    brokerTable(plan.brokers),
    summaryTable(summaryParts(plan, sections), hasChanges(sections)),
    ...(plan.base ? sideNotes([plan.base.revision]) : []).map(
      (note) => `⚠️ ${markdownCode(cutText(note, LONGEST_NOTE))}\n`,
    ),
  ];
  const unmanaged = command === 'drift' ? plan.unmanaged : [];
  const changes = changeSections(sections, plan.createdAt, style);
  const base = plan.base ? baseSections({ ...plan.base, planDate: plan.createdAt.slice(0, 10) }, style) : [];
  // What is safe is the first to be left out where there is too much.
  const parts = [
    ...changes.filter(({ folded }) => !folded),
    {
      heading: 'Interrupted moves',
      noun: 'interrupted move',
      blocks: abandonedBlocks(plan.abandonedMoves ?? [], { ...PLAIN, verbose: style.verbose }),
      folded: false,
    },
    ...base,
    ...changes.filter(({ folded }) => folded),
    {
      heading: 'Unmanaged',
      noun: 'unmanaged resource',
      blocks: unmanaged.map((address) => [` ?  ${escapeText(address)}`]),
      folded: true,
    },
  ];
  return comment(head.join('\n'), parts, picture && commentPicture(picture));
}

interface SinceBase {
  readonly undeclared: readonly LeftBehind[];
  readonly revision: Side;
  readonly planDate: string;
  readonly effects: readonly Effect[];
  readonly effectsCut: number;
  readonly brokenTests: readonly BrokenTest[];
}

/** What the base declares and is left behind, with lines to paste; and what becomes different for messages. */
export function baseSections(since: SinceBase, { verbose }: Style): CommentSection[] {
  const style = { ...PLAIN, verbose };
  const { undeclared, revision, planDate } = since;
  const retired = retiredLines(undeclared);
  const left = undeclaredBlocks(undeclared, revision, planDate, style);
  return [
    {
      heading: 'No longer declared',
      noun: 'resource that is no longer declared',
      blocks: retired.length > 0 ? left.slice(0, -1) : left,
      folded: false,
    },
    { heading: RETIRE_HINT, noun: 'line', blocks: retired.map((line) => [line]), folded: false, whole: true },
    { heading: 'Routing', noun: 'effect', blocks: effectBlocks(since, style), folded: false },
    {
      heading: '🛑 Broken tests',
      noun: 'broken test',
      blocks: brokenTestBlocks(since.brokenTests, style),
      folded: false,
    },
  ];
}

/** The marker, and the title. */
export function commentHead(about: About): string[] {
  const name = subjectName(about);
  const code = name === undefined ? '' : ` ${markdownCode(cutText(name, CELL))}`;
  return [markerLine(about), `### ${TITLE[about.command]}${code}`, ''];
}

/** Each change in the section of its risk. */
export function changeSections(
  sections: PlanSections,
  createdAt: string,
  { verbose }: Style,
): CommentSection[] {
  return SECTION_ORDER.map((name) => ({
    heading: HEADING[name],
    noun: `${name} change`,
    blocks: sectionBlocks(name, sections, createdAt, { ...PLAIN, verbose }),
    folded: name === 'safe',
  }));
}

function brokerTable(brokers: readonly BrokerIdentity[]): string {
  if (brokers.length === 0) return '';
  const rows = brokers
    .slice(0, BROKERS)
    .map(
      ({ name, type, id, version }) =>
        `| ${[name, type, id, version].map((text) => markdownCode(cutText(text, CELL))).join(' | ')} |\n`,
    );
  const rest = brokers.length - BROKERS;
  const note = rest > 0 ? `\n${plural(rest, 'more broker')} not shown here.\n` : '';
  return `| broker | type | cluster | version |\n|---|---|---|---|\n${rows.join('')}${note}`;
}

/** How many of each there are; that there is nothing to do is said in words. */
export function summaryTable(counts: readonly (readonly [number, string])[], changes: boolean): string {
  const parts = counts.filter(([count]) => count > 0);
  const table =
    parts.length === 0
      ? ''
      : `| ${parts.map(([, label]) => label).join(' | ')} |\n|${'---:|'.repeat(parts.length)}\n` +
        `| ${parts.map(([count]) => formatCount(count)).join(' | ')} |\n`;
  return `${changes ? '' : '**No changes.**\n\n'}${table}`;
}

import {
  type Action,
  type ApplyReport,
  countBy,
  type Failure,
  formatCount,
  type Progress,
  type StepReport,
  type StepStatus,
} from '../model/index.ts';
import { escapeMarkdown, escapeText, markdownCode, markdownFence } from '../text/escape.ts';
import { formatElapsed, joinParts, plural } from '../text/words.ts';
import { headLine } from './step-lines.ts';
import { PLAIN, paint, type Style } from './style.ts';

/** Worst first. What went well is counted, and listed only for those who ask. */
const REPORT_SECTIONS: readonly {
  readonly status: StepStatus;
  readonly label: string;
  readonly quiet: boolean;
  readonly colour: 'red' | 'yellow' | 'green';
}[] = [
  { status: 'failed', label: 'failed', quiet: false, colour: 'red' },
  { status: 'unverified', label: 'not verified', quiet: false, colour: 'yellow' },
  { status: 'unknown', label: 'unknown', quiet: false, colour: 'red' },
  { status: 'not-started', label: 'not started', quiet: false, colour: 'yellow' },
  { status: 'under-way', label: 'under way', quiet: false, colour: 'yellow' },
  { status: 'applied', label: 'applied', quiet: true, colour: 'green' },
  { status: 'already', label: 'already done', quiet: true, colour: 'green' },
];

function countStatuses({ steps }: ApplyReport): Map<StepStatus, number> {
  return countBy(steps, ({ status }) => status);
}

/** What an apply did, for a terminal. */
export function reportText(report: ApplyReport, style: Style): string {
  const blocks = REPORT_SECTIONS.filter(({ quiet }) => !quiet || style.verbose).flatMap(
    ({ status, label, colour }) => {
      const steps = report.steps.filter((step) => step.status === status);
      return steps.length === 0
        ? []
        : ['', paint(style, colour, label.toUpperCase()), ...stepsLines(steps, style)];
    },
  );
  const notes = report.notes?.map((note) => paint(style, 'yellow', escapeText(note))) ?? [];
  const lines = [reportTitle(report), reportSummary(report, style), ...notes, ...blocks, ...closing(report)];
  return `${lines.join('\n')}\n`;
}

/** Of each status; an apply that was stopped at the start has as many as the plan. */
const SHOWN = 50;

function stepsLines(steps: readonly StepReport[], style: Style): string[] {
  const shown = style.verbose ? steps : steps.slice(0, SHOWN);
  const rest = steps.length - shown.length;
  return [
    ...shown.flatMap((step) => stepReportLines(step, style)),
    ...(rest > 0 ? [`and ${formatCount(rest)} more; -v or --report FILE lists all`] : []),
  ];
}

function reportTitle(report: ApplyReport): string {
  const elapsed = Date.parse(report.finishedAt) - Date.parse(report.startedAt);
  return [
    `Apply ${escapeText(report.project)}`,
    ...(Number.isFinite(elapsed) && elapsed >= 0 ? [formatElapsed(elapsed)] : []),
    ...(report.interrupted === undefined ? [] : [`interrupted by ${escapeText(report.interrupted)}`]),
  ].join(' · ');
}

function reportSummary(report: ApplyReport, style: Style): string {
  if (report.steps.length === 0) return 'Nothing to do.';
  const counts = countStatuses(report);
  // Best first, as people ask "what is done?" before "what is not?".
  const order = ['applied', 'already', 'under-way', 'failed', 'unverified', 'unknown', 'not-started'];
  const shown = [...REPORT_SECTIONS].sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status));
  const colours = new Map(shown.map(({ label, colour }) => [label, colour]));
  return joinParts(
    shown.map(({ status, label }) => [counts.get(status) ?? 0, label] as const),
    (label, text) => paint(style, colours.get(label) ?? 'reset', text),
  );
}

function closing(report: ApplyReport): string[] {
  const statuses = new Set(report.steps.map(({ status }) => status));
  const isUnderWay = statuses.delete('under-way');
  statuses.delete('applied');
  statuses.delete('already');
  if (statuses.size > 0)
    return ['', 'Completed changes are kept; run plan and apply again to finish the rest.'];
  return isUnderWay
    ? ['', 'Operations in progress continue on the broker; plan shows their progress, apply waits for them.']
    : [];
}

/** A step of the report, with the broker's own words where it failed. */
function stepReportLines(step: StepReport, style: Style): string[] {
  const { failure, note, affected, status } = step;
  // What was never sent has a reason, but no answer of the broker.
  const reason = status === 'not-started' ? failure?.message : undefined;
  return [
    headLine({ ...step, action: actionOf(step.action) }, escapeText(reason ?? ''), style),
    ...(note === undefined ? [] : [`      ${escapeText(note)}`]),
    ...(affected ? [`      affected: ${escapeText(affected.text)} (read before the call)`] : []),
    ...(failure && reason === undefined ? failureLines(failure) : []),
  ];
}

function actionOf(action: string): Action {
  return action === 'create' || action === 'replace' || action === 'delete' ? action : 'update';
}

function failureLines({ op, status, message, hint }: Failure): string[] {
  const call = escapeText(`${op} ${status ?? ''}`.trimEnd());
  return [
    `      ${call}: ${escapeText(message)}`,
    ...(hint === undefined ? [] : [`      hint: ${escapeText(hint)}`]),
  ];
}

/** One line that is rewritten while an apply runs: `applying 120/214 · 2 failed · moving 3 of 12 partitions`. */
export function progressLine({ done, failed, total, work }: Progress, style: Style): string {
  const counts = `applying ${formatCount(done)}/${formatCount(total)}`;
  const failures = failed > 0 ? `${formatCount(failed)} failed` : '';
  const head = [counts, ...(failed > 0 ? [paint(style, 'red', failures)] : [])].join(' · ');
  if (work === undefined) return head;
  const taken = counts.length + (failed > 0 ? 3 + failures.length : 0) + 3;
  return `${head} · ${activityLine(work, { ...style, width: style.width - taken })}`;
}

/** What is going on now, cut to one row of the terminal so that rewriting it works. */
export function activityLine(text: string, style: Style): string {
  const line = escapeText(text);
  return line.length < style.width ? line : `${line.slice(0, Math.max(0, style.width - 2))}…`;
}

/** Of each status, so that the text stays well under what GitHub takes in a comment. */
const SHOWN_IN_COMMENT = 100;

/** What an apply did, for a job summary or a comment. */
export function reportMarkdown(report: ApplyReport): string {
  const counts = countStatuses(report);
  const present = REPORT_SECTIONS.filter(({ status }) => counts.has(status));
  const table =
    present.length === 0
      ? 'Nothing to do.\n'
      : `| ${present.map(({ label }) => label).join(' | ')} |\n|${'---:|'.repeat(present.length)}\n` +
        `| ${present.map(({ status }) => formatCount(counts.get(status) ?? 0)).join(' | ')} |\n`;
  const sections = present.map(({ status, label, quiet }) => {
    const steps = report.steps.filter((step) => step.status === status);
    const lines = steps.slice(0, SHOWN_IN_COMMENT).flatMap((step) => stepReportLines(step, PLAIN));
    const rest =
      steps.length > SHOWN_IN_COMMENT
        ? `\n${plural(steps.length - SHOWN_IN_COMMENT, 'more change')} not shown here.\n`
        : '';
    const body = `${markdownFence(lines)}${rest}`;
    return quiet
      ? `<details><summary>${label} (${formatCount(steps.length)})</summary>\n\n${body}\n</details>\n`
      : `#### ${label}\n\n${body}`;
  });
  const notes = (report.notes ?? []).map((note) => `⚠️ ${markdownCode(note)}\n`);
  return [`### ${escapeMarkdown(reportTitle(report))}\n`, table, ...notes, ...sections].join('\n');
}

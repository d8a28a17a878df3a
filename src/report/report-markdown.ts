import { type ApplyReport, formatCount } from '../model/index.ts';
import { escapeMarkdown, markdownCode, markdownFence } from '../text/escape.ts';
import { plural } from '../text/words.ts';
import { countStatuses, REPORT_SECTIONS, reportTitle, stepReportLines } from './report-text.ts';
import { PLAIN } from './style.ts';

/** Of each status, so that the text stays well under what GitHub takes in a comment. */
const SHOWN = 100;

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
    const lines = steps.slice(0, SHOWN).flatMap((step) => stepReportLines(step, PLAIN));
    const rest =
      steps.length > SHOWN ? `\n${plural(steps.length - SHOWN, 'more change')} not shown here.\n` : '';
    const body = `${markdownFence(lines)}${rest}`;
    return quiet
      ? `<details><summary>${label} (${formatCount(steps.length)})</summary>\n\n${body}\n</details>\n`
      : `#### ${label}\n\n${body}`;
  });
  const notes = (report.notes ?? []).map((note) => `⚠️ ${markdownCode(note)}\n`);
  return [`### ${escapeMarkdown(reportTitle(report))}\n`, table, ...notes, ...sections].join('\n');
}

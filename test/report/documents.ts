import {
  type About,
  type Format,
  PLAIN,
  type RunFailure,
  renderDiagnostics,
  renderDiff,
  renderFailure,
  renderPlan,
} from '../../src/report/index.ts';
import { diffWith, findingsWith, planWith } from './hostile.ts';

/** Everything that is rendered, with one text wherever there is room for one. */
export const DOCUMENTS: Readonly<Record<string, (text: string, format: Format) => string>> = {
  plan: (text, format) => renderPlan(planWith(text), format, PLAIN),
  drift: (text, format) => renderPlan(planWith(text), format, PLAIN, 'drift'),
  diff: (text, format) => renderDiff(diffWith(text), format, PLAIN),
  findings: (text, format) => renderDiagnostics(findingsWith(text), format, PLAIN, aboutOf(text)),
  failure: (text, format) => renderFailure(failureWith(text), format, PLAIN, aboutOf(text)),
};

export function aboutOf(text: string): About {
  return { command: 'validate', project: text, environment: text };
}

export function failureWith(text: string): RunFailure {
  return {
    kind: 'connection',
    message: text,
    hint: text,
    broker: text,
    differences: [{ subject: text, message: text }],
    diagnostics: findingsWith(text),
  };
}

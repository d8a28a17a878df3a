import { posix } from 'node:path';
import type { Diagnostic, Source } from '../model/index.ts';
import type { About } from './about.ts';
import { diagnosticsGithub } from './diagnostics-github.ts';
import { diagnosticsGitlab } from './diagnostics-gitlab.ts';
import { diagnosticsJunit } from './diagnostics-junit.ts';
import { diagnosticsSarif } from './diagnostics-sarif.ts';
import type { Style } from './style.ts';

/** The formats that CI systems read: their contents are findings. */
const CI_FORMATS = {
  github: diagnosticsGithub,
  sarif: diagnosticsSarif,
  junit: diagnosticsJunit,
  gitlab: diagnosticsGitlab,
};

export type CiFormat = keyof typeof CI_FORMATS;

export function isCiFormat(format: string): format is CiFormat {
  return Object.hasOwn(CI_FORMATS, format);
}

/** GitHub's code scanning and GitLab take no finding without a place: the configuration is nearest to all. */
const SOMEWHERE: Source = { file: 'brokerform.yaml', line: 1, col: 1 };

/** @param diagnostics the worst first, as some CI systems show only so many */
export function renderFindings(
  diagnostics: readonly Diagnostic[],
  format: CiFormat,
  { folder = '' }: Style,
  about: About,
): string {
  // Files are named from the root of the repository, wherever the command was started.
  const fromRoot = (at: Source): Source => ({ ...at, file: posix.join(folder, at.file) });
  const needsPlace = format === 'sarif' || format === 'gitlab';
  const placed = diagnostics.map((diagnostic) => {
    const at = diagnostic.at ?? (needsPlace ? SOMEWHERE : undefined);
    const { related } = diagnostic;
    return {
      ...diagnostic,
      ...(at && { at: fromRoot(at) }),
      ...(related && { related: related.map(fromRoot) }),
    };
  });
  return CI_FORMATS[format](placed, about);
}

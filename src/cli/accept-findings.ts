import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { CommandContext } from './context.ts';
import type { Files } from './import-files.ts';
import { checkProject } from './project.ts';

const REASON = 'so on the broker when it was imported';

/**
 * Topology files with a suppression above each line that a lint rule finds an error in: what is live is legal, however
 * unwise, and an import can be planned at once. The comments stay as the list of what to look at.
 * @param config the text of a configuration that is not written yet
 */
export async function withAcceptedFindings(
  context: CommandContext,
  files: Files,
  config?: string,
): Promise<Files> {
  const { isFinding } = await import('../workflow/index.ts');
  const folder = await mkdtemp(join(tmpdir(), 'brokerform-'));
  try {
    const names = new Map([...files.keys()].map((path) => [join(folder, basename(path)), path]));
    for (const [copy, path] of names) await writeFile(copy, files.get(path) ?? '');
    const configFile = join(folder, 'config', 'brokerform.yaml');
    if (config !== undefined) {
      await mkdir(dirname(configFile));
      await writeFile(configFile, config);
    }
    const { diagnostics } = await checkProject(context, {
      paths: [...names.keys()],
      ...(config !== undefined && { configFile }),
    });
    const found = new Map<string, Map<number, Set<string>>>();
    for (const { severity, code, at } of diagnostics) {
      const path = at && names.get(context.folder.at(at.file));
      if (!at || path === undefined || severity !== 'error' || !isFinding({ code })) continue;
      const lines = found.get(path) ?? new Map<number, Set<string>>();
      found.set(path, lines.set(at.line, (lines.get(at.line) ?? new Set()).add(code)));
    }
    return new Map(Array.from(files, ([path, text]) => [path, annotated(text, found.get(path))]));
  } finally {
    await rm(folder, { recursive: true });
  }
}

function annotated(text: string, found: ReadonlyMap<number, ReadonlySet<string>> | undefined): string {
  if (!found) return text;
  return text
    .split('\n')
    .flatMap((line, index) => {
      const codes = found.get(index + 1);
      const [indent = ''] = /^ */.exec(line) ?? [];
      return codes
        ? [`${indent}# brokerform-ignore ${[...codes].sort().join(', ')}: ${REASON}`, line]
        : [line];
    })
    .join('\n');
}

import { providers } from '../../src/brokers/index.ts';
import { type Diagnostic, formatSource, InvalidProject, type Resource } from '../../src/model/index.ts';
import { readForeign } from '../../src/workflow/foreign.ts';
import { check, toYaml } from '../../src/workflow/index.ts';
import { awaitInFolder, inFolder } from '../setup/folder.ts';

export interface Read {
  /** What is written, all files, without the notes at their top. */
  readonly yaml: string;
  /** `file:line:col message`; what could not be carried over. */
  readonly leftovers: readonly string[];
  /** The same of what is wrong: nothing is written then. */
  readonly errors: readonly string[];
  readonly errorDiagnostics: readonly Diagnostic[];
  readonly resources: readonly Resource[];
}

export interface Choice {
  readonly format?: string;
  readonly cluster?: string;
  readonly paths?: readonly string[];
}

/** Imports a file, or several by name, as the command does. */
export async function readFiles(
  files: string | Readonly<Record<string, string>>,
  { format, cluster, paths = ['.'] }: Choice = {},
): Promise<Read> {
  const named = typeof files === 'string' ? { 'f.yaml': files } : files;
  return awaitInFolder(named, async (directory) => {
    try {
      const { parts, leftovers } = await readForeign(paths, {
        directory,
        providers,
        ...(format !== undefined && { format }),
        ...(cluster !== undefined && { cluster }),
        brokerName: (provider) => provider.name,
      });
      const texts = parts.flatMap(({ snapshot, provider }) => [
        ...toYaml(snapshot, provider, false).values(),
      ]);
      const resources = parts.flatMap(({ snapshot }) => snapshot.resources);
      const yaml = texts.join('---\n');
      return { yaml, leftovers: lines(leftovers), errors: [], errorDiagnostics: [], resources };
    } catch (error) {
      if (!(error instanceof InvalidProject)) throw error;
      const errors = lines(error.diagnostics);
      return { yaml: '', leftovers: [], errors, errorDiagnostics: error.diagnostics, resources: [] };
    }
  });
}

function lines(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map(({ at, message }) => `${at ? `${formatSource(at)} ` : ''}${message}`);
}

/** The resources that the written YAML declares, and what `validate` has against it. */
export function declaredIn(yaml: string): { resources: readonly Resource[]; errors: readonly Diagnostic[] } {
  return inFolder({ 't.yaml': yaml }, (directory) => {
    const { brokers, diagnostics } = check({ directory, paths: ['t.yaml'], env: {} });
    const resources = [...brokers.values()].flatMap(({ desired }) => desired);
    return { resources, errors: diagnostics.filter(({ severity }) => severity === 'error') };
  });
}

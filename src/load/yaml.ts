import { append, type Diagnostic, type Suppression } from '../model/index.ts';
import { readFullYaml, type YamlDocument } from './full-yaml.ts';
import { Places } from './places.ts';
import { readSimpleYaml } from './simple-yaml.ts';
import { readSuppressions } from './suppressions.ts';
import { templateProblem } from './template.ts';

export interface YamlFile {
  readonly places: Places;
  readonly documents: readonly YamlDocument[];
  readonly suppressions: readonly Suppression[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads one file's text, which may hold several documents. Nothing in it makes this throw. */
export function readYaml(text: string, file: string): YamlFile {
  const simplePlaces = new Places(file, text);
  const { suppressions, diagnostics } = readSuppressions(text, simplePlaces);
  const simple = readSimpleYaml(text, simplePlaces);
  const places = simple ? simplePlaces : new Places(file, text);
  const documents = simple
    ? simple.map((value) => ({ value, sound: true }))
    : readFullYaml(text, places, diagnostics);
  append(diagnostics, badTemplates(places));
  return { places, documents, suppressions, diagnostics };
}

function badTemplates(places: Places): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const { raw, container, key } of places.templates) {
    const problem = templateProblem(raw);
    const at = places.atValue(container, key);
    if (problem === undefined || !at) continue;
    found.push({
      code: 'load/bad-variable',
      severity: 'error',
      message: problem,
      at,
      hint: `write \${NAME} or \${NAME:-default}; $\${ stands for a literal \${`,
    });
  }
  return found;
}

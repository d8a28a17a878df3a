import { Composer, type Document, Lexer, Parser, type YAMLParseError } from 'yaml';
import { append, type Diagnostic, type Json, type Suppression } from '../model/index.ts';
import { Converter } from './convert.ts';
import { SourceMap } from './source-map.ts';
import { readSuppressions } from './suppressions.ts';
import { syntaxDiagnostic } from './syntax.ts';
import { templateProblem } from './template.ts';

/** One document of a YAML file. Containers of `value` are the keys to the file's places. */
export interface YamlDocument {
  readonly value: Json;
  /** False when something in it had to be left out. */
  readonly sound: boolean;
}

/** Deeper than any topology; beyond it, recursion would end in a stack overflow. */
const MAX_DEPTH = 100;

/** What the parser holds in memory grows with its tokens: at this many it takes about half a gigabyte. */
const MAX_TOKENS = 2_000_000;

/** A damaged file can give one error a character. */
const MAX_ERRORS = 50;

export interface YamlFile {
  readonly places: SourceMap;
  readonly documents: readonly YamlDocument[];
  readonly suppressions: readonly Suppression[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads one file's text, which may hold several documents. Nothing in it makes this throw. */
export function readYaml(text: string, file: string): YamlFile {
  const places = new SourceMap(file, text);
  const { suppressions, diagnostics } = readSuppressions(text, places);
  const documents = readDocuments(text, places, diagnostics);
  append(diagnostics, badTemplates(places));
  return { places, documents, suppressions, diagnostics };
}

function badTemplates(places: SourceMap): Diagnostic[] {
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

/** Everything that YAML 1.2 allows, by the `yaml` package; errors of all documents are added to `diagnostics`. */
export function readDocuments(text: string, places: SourceMap, diagnostics: Diagnostic[]): YamlDocument[] {
  const parsed = parse(text, places);
  append(diagnostics, parsed.diagnostics);
  if (!parsed.documents) return [];
  const documents: YamlDocument[] = [];
  for (const document of parsed.documents) {
    if (document.errors.length > 0) {
      append(diagnostics, syntaxErrors(document.errors, text, places));
      continue;
    }
    const converter = new Converter(places, (diagnostic) => diagnostics.push(diagnostic));
    const value = converter.document(document);
    documents.push({ value, sound: converter.sound });
  }
  return documents;
}

function parse(
  text: string,
  places: SourceMap,
): { documents?: Document.Parsed[]; diagnostics: Diagnostic[] } {
  const parser = new Parser();
  // Scalars are read as text here and understood in scalar.ts, which knows exact integers; keys are
  // compared in convert.ts, since the library compares each key of a mapping with every other.
  const composer = new Composer({
    schema: 'failsafe',
    uniqueKeys: false,
    resolveKnownTags: false,
    prettyErrors: false,
  });
  const documents: Document.Parsed[] = [];
  let tokens = 0;
  let errors = 0;
  const stop = (code: string, offset: number, message: string, hint: string) => ({
    diagnostics: [
      { code: `load/${code}`, severity: 'error', message, at: places.source(offset), hint } as const,
    ],
  });
  for (const lexeme of new Lexer().lex(text)) {
    if (++tokens > MAX_TOKENS) {
      return stop(
        'file-too-large',
        0,
        `${places.file} holds more than a file can`,
        'split it into several files',
      );
    }
    for (const token of parser.next(lexeme)) {
      if (token.type === 'error' && ++errors > MAX_ERRORS) {
        return stop('syntax', token.offset, 'this is not YAML', 'check that this is the right file');
      }
      append(documents, composer.next(token));
    }
    if (parser.stack.length > MAX_DEPTH) {
      return stop(
        'too-deep',
        parser.offset,
        `values are nested more than ${MAX_DEPTH} levels deep here`,
        'no topology needs that; check the brackets and the indentation',
      );
    }
  }
  for (const token of parser.end()) append(documents, composer.next(token));
  append(documents, composer.end());
  return { documents, diagnostics: directiveErrors(composer, text, places) };
}

/** Errors before a first document that never comes belong to no document. */
function directiveErrors(composer: Composer, text: string, places: SourceMap): Diagnostic[] {
  return syntaxErrors(composer.streamInfo().errors, text, places);
}

function syntaxErrors(errors: readonly YAMLParseError[], text: string, places: SourceMap): Diagnostic[] {
  const byLine = new Map<number, Diagnostic>();
  for (const error of errors) {
    if (byLine.size >= MAX_ERRORS) break;
    const at = places.source(error.pos[0]);
    // What follows an error in the same line is most often its echo.
    if (!byLine.has(at.line)) byLine.set(at.line, syntaxDiagnostic(error, text, at));
  }
  return [...byLine.values()];
}

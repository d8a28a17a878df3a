import { compareDiagnostics, type Diagnostic, type Json, type Source } from '../model/index.ts';
import { loadError } from './problems.ts';
import { NO_NUMBER, readScalar } from './scalar.ts';
import type { Origin, Template } from './source-map.ts';
import { missingVariables, resolveTemplate, templateProblem, type Variables } from './template.ts';

interface Entry {
  readonly template: Template;
  readonly at: Source | undefined;
  readonly missing: readonly string[];
  /** With its variables replaced; undefined where one is missing. */
  readonly text: string | undefined;
}

/**
 * Puts environment variables into loaded values. What an unquoted `${…}` turns into is read like any unquoted
 * scalar, so that `max-length: ${MAX}` is a number; what a quoted one turns into is text. Where the schema refuses
 * that reading, {@link otherReading} tries the other one: a password of digits stays text.
 *
 * A missing variable leaves the text as written, and is an error unless the place turns out to be a secret, which
 * only an apply needs.
 */
export class Substitution {
  private readonly variables: Variables;
  private readonly entries = new Map<Template, Entry>();
  private readonly spared = new Set<Template>();
  private readonly required = new Set<Template>();

  constructor(variables: Variables) {
    this.variables = variables;
  }

  apply(template: Template, origin: Origin): void {
    if (templateProblem(template.raw) !== undefined) return;
    const missing = missingVariables(template.raw, this.variables);
    const text = missing.length > 0 ? undefined : resolveTemplate(template.raw, this.variables);
    const at = origin.atValue(template.container, template.key);
    this.entries.set(template, { template, at, missing, text });
    if (text !== undefined) put(template, template.plain ? reading(text) : text);
  }

  knows(template: Template): boolean {
    return this.entries.has(template);
  }

  isMissing(template: Template): boolean {
    return (this.entries.get(template)?.missing.length ?? 0) > 0;
  }

  /** Reads an unquoted value as text, or a quoted one as a number; false where that is no different. */
  otherReading(template: Template): boolean {
    const text = this.entries.get(template)?.text;
    if (text === undefined || reading(text) === text) return false;
    put(template, template.plain ? text : reading(text));
    return true;
  }

  /** Undoes {@link otherReading}. */
  firstReading(template: Template): void {
    const text = this.entries.get(template)?.text;
    if (text !== undefined) put(template, template.plain ? reading(text) : text);
  }

  /** Says nothing about this place: it holds a secret, or the value around it is invalid and is not used. */
  spare(template: Template): void {
    this.spared.add(template);
  }

  /** Nothing of this value is used, so which of its variables are secrets is unknown. */
  spareAll(value: Json, origin: Origin): void {
    const seen = new Set<object>();
    const visit = (item: Json): void => {
      if (typeof item !== 'object' || item === null || seen.has(item)) return;
      seen.add(item);
      for (const [key, child] of Object.entries(item)) {
        const template = origin.template(item, Array.isArray(item) ? Number(key) : key);
        if (template) this.spare(template);
        visit(child as Json);
      }
    };
    visit(value);
  }

  /** This place cannot do without its variable, whatever else is said of it. */
  require(template: Template): void {
    this.required.add(template);
  }

  /** One error for each missing variable and place that nothing spared. */
  diagnostics(): Diagnostic[] {
    const found = new Map<string, Diagnostic>();
    for (const { template, at, missing } of this.entries.values()) {
      if (this.spared.has(template) && !this.required.has(template)) continue;
      for (const name of missing) {
        const diagnostic = missingVariable(name, at);
        found.set(`${name} ${at?.file} ${at?.line} ${at?.col}`, diagnostic);
      }
    }
    return [...found.values()].sort(compareDiagnostics);
  }
}

function missingVariable(name: string, at: Source | undefined): Diagnostic {
  const hint = `set ${name}, or give a default: \${${name}:-value}`;
  return loadError('missing-variable', `the environment variable ${name} is not set`, at, hint);
}

function reading(text: string): Json {
  const value = readScalar(text);
  return value === NO_NUMBER ? text : value;
}

function put({ container, key }: Template, value: Json): void {
  // Loaded values are the loader's own until it hands them out.
  (container as Record<string | number, Json>)[key] = value;
}

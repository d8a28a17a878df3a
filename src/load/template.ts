import { MissingVariable } from '../model/index.ts';

/** `process.env`, or what stands in for it. */
export type Variables = Readonly<Record<string, string | undefined>>;

const REFERENCE = /\$\$\{|\$\{([^}]*)(\}?)/g;
const NAME = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;

/** True where a text holds `${`, escaped or not: where it means something else than itself. */
export function isTemplate(text: string): boolean {
  return text.includes('${');
}

/** What is wrong with the first malformed `${…}` of a text; undefined where all are sound. */
export function templateProblem(text: string): string | undefined {
  for (const [whole, body = '', end] of text.matchAll(REFERENCE)) {
    if (whole === '$${') continue;
    if (end !== '}') return `"${whole}" has no closing brace`;
    if (body.includes('${')) return `"${whole}" holds another variable; a default is plain text`;
    if (!NAME.test(body)) return `"${whole}" names no variable: letters, digits and _ are allowed`;
  }
  return undefined;
}

/** The variables that a text needs and the environment lacks. */
export function missingVariables(text: string, variables: Variables): string[] {
  const missing = new Set<string>();
  substitute(text, variables, (name) => {
    missing.add(name);
    return '';
  });
  return [...missing];
}

/**
 * A text with `${NAME}` and `${NAME:-default}` replaced (the default serves for an empty variable too, as in a
 * shell) and `$${` turned into a literal `${`. What is not of these forms stays as it is.
 * @throws MissingVariable
 */
export function resolveTemplate(text: string, variables: Variables): string {
  return substitute(text, variables, (name) => {
    throw new MissingVariable(name);
  });
}

function substitute(text: string, variables: Variables, onMissing: (name: string) => string): string {
  return text.replace(REFERENCE, (whole, body: string | undefined, end: string | undefined) => {
    if (whole === '$${') return '${';
    const parts = end === '}' ? NAME.exec(body ?? '') : null;
    if (!parts) return whole;
    const [, name = '', fallback] = parts;
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (fallback !== undefined) return value || fallback;
    return value ?? onMissing(name);
  });
}

import {
  append,
  type Bound,
  CUSTOM_PREFIX,
  type CustomRule,
  comparableQuantity,
  compileRegex,
  type Diagnostic,
  type FieldRule,
  isObject,
  type Json,
  type JsonObject,
  regexProblem,
  type Source,
  textsOf,
} from '../model/index.ts';
import type { Overlay } from './overlay.ts';
import { loadError } from './problems.ts';

/** `lint.custom` of the configuration, with the chosen environment merged in. What is wrong with a rule drops the rule. */
export function readCustomRules(
  custom: JsonObject,
  overlay: Overlay,
  start: Source,
): { rules: CustomRule[]; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const rules = Object.entries(custom).flatMap(([name, body]): CustomRule[] => {
    if (!isObject(body)) return [];
    const found: Diagnostic[] = [];
    const at = (container: object, key: string) => overlay.at(container, key) ?? start;
    const wrong = (message: string, hint: string, place: Source) =>
      found.push(loadError('config', message, place, hint));
    const code = CUSTOM_PREFIX + name;
    const text = (key: string) => (typeof body[key] === 'string' ? body[key] : undefined);
    const pattern = text('name');
    if (pattern !== undefined) {
      try {
        compileRegex(pattern);
      } catch (error) {
        const message = `name of ${code} is not a valid regular expression: ${regexProblem(error)}`;
        wrong(
          message,
          'write it in the syntax of RE2, without lookahead and back references',
          at(body, 'name'),
        );
      }
    }
    const fields = new Map<string, FieldRule>();
    const declared = isObject(body.fields) ? body.fields : {};
    for (const [field, limits] of Object.entries(declared)) {
      if (!isObject(limits)) continue;
      const bound = (key: 'min' | 'max'): Bound | undefined => {
        const value = limits[key];
        if (value === undefined) return undefined;
        const written = String(value);
        const quantity = comparableQuantity(written);
        if (quantity) return { text: written, quantity };
        const message = `${key} of ${field} in ${code} is ${JSON.stringify(written)}`;
        wrong(message, 'write a number, a duration like 7d, or a size like 1GiB', at(limits, key));
        return undefined;
      };
      const [min, max] = [bound('min'), bound('max')];
      fields.set(field, {
        at: at(declared, field),
        ...(typeof limits.required === 'boolean' && { required: limits.required }),
        ...(Array.isArray(limits['one-of']) && { oneOf: limits['one-of'] as readonly Json[] }),
        ...(min && { min }),
        ...(max && { max }),
      });
    }
    append(diagnostics, found);
    if (found.length > 0) return [];
    const { severity } = body;
    const files = body.files === undefined ? undefined : textsOf(body.files);
    const [description, hint] = [text('description'), text('hint')];
    return [
      {
        code,
        at: at(custom, name),
        severity: severity === 'error' || severity === 'info' ? severity : 'warning',
        ...(description !== undefined && { description }),
        ...(hint !== undefined && { hint }),
        match: textsOf(body.match),
        ...(files && { files }),
        ...(pattern !== undefined && { name: pattern }),
        fields,
      },
    ];
  });
  return { rules, diagnostics };
}

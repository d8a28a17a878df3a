import {
  type Change,
  type FieldChange,
  type FieldLine,
  fieldTextOf,
  isSecretRef,
  type Json,
  type Kind,
} from '../model/index.ts';

/** A changed field as a plan shows it. */
export function fieldLine(
  kind: Kind,
  field: FieldChange,
  change: Extract<Change, { action: 'update' | 'replace' }>,
): FieldLine {
  const texts = kind.fieldTexts?.(field, change);
  const isReset = change.resets === true && isSecretRef(field.before) && isSecretRef(field.after);
  const text = (value: Json) => fieldTextOf(kind, field.path, value);
  return {
    name: kind.fieldName?.(field.path) ?? field.path.join('.'),
    ...(field.before !== undefined && { before: text(field.before) }),
    ...(field.after !== undefined && { after: text(field.after) + (isReset ? ', set again' : '') }),
    ...texts,
    ...(field.at && { at: field.at }),
    ...(field.immutable !== undefined && { immutable: field.immutable }),
  };
}

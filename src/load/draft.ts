import type { DraftSection } from '../import/index.ts';
import type { Diagnostic } from '../model/index.ts';
import { checkValues } from './diagnose.ts';
import type { SchemaSource } from './schemas.ts';
import type { Origin, Template } from './source-map.ts';
import { Substitution } from './substitution.ts';
import { Validators } from './validators.ts';

/** What a section that was made of another tool's files breaks in the provider's schema, told at their places. */
export function checkDraft(draft: DraftSection, provider: SchemaSource): Diagnostic[] {
  const validators = new Validators([provider]);
  const origin: Origin = {
    at: (container, key) => draft.at(container, key),
    atValue: (container, key) => draft.atValue(container, key),
    template: (container, key): Template | undefined => {
      const raw = draft.template(container, key);
      return raw === undefined ? undefined : { raw, plain: false, container, key };
    },
  };
  const checked = { root: draft.value, origin, name: provider.name };
  const check = () => validators.check(provider.name, draft.value);
  return checkValues(checked, check, new Substitution({})).diagnostics;
}

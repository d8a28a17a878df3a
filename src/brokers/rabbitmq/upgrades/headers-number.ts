import { isExactInt, type Json, type UpgradeRule } from '../../../model/index.ts';
import { withoutType } from '../fields/field.ts';
import { comparable } from '../routing/matching.ts';
import { vhostsOf } from '../routing/read-topology.ts';

export const headersNumber: UpgradeRule = {
  code: 'rabbitmq/upgrade-headers-number',
  since: '3.13',
  severity: 'warning',
  summary: 'A headers exchange no longer treats 1 and 1.0 as equal',
  explain: `
Up to 3.12 a headers exchange compares an integer and a floating-point number by value: 1 matches 1.0. From 3.13 on it
does not. A binding with a number matches only messages whose publisher sends the same type. Bind with text, or make sure
that publishers send integers.
`,
  *check(context) {
    for (const vhost of vhostsOf(context)) {
      for (const { source, destination, arguments: args, resource } of vhost.bindings) {
        if (vhost.exchange(source)?.type !== 'headers') continue;
        const number = comparable(args).find(([, value]) => isWhole(value));
        if (!number) continue;
        const [name] = number;
        yield {
          resource,
          path: ['arguments', name],
          message: `header "${name}" of the binding to "${destination}" no longer matches a number of the other type: 1 is not 1.0`,
          hint: 'check which type publishers send, or compare text',
        };
      }
    }
  },
};

/** A whole number: only these have both forms. */
function isWhole(value: Json): boolean {
  if (isExactInt(value)) return true;
  const inner = withoutType(value);
  return typeof inner === 'number' ? Number.isInteger(inner) : isExactInt(inner);
}

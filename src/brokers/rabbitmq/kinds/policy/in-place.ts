import type { FieldChange, Json } from '../../../../model/index.ts';
import { policyKeys } from '../../fields/policy.ts';
import { unitOf } from '../../fields/queue.ts';
import { formatUnit } from '../../fields/units.ts';

/**
 * The policy that would make a change of arguments without a new queue or exchange, as a line of YAML; undefined
 * where none can. https://www.rabbitmq.com/docs/policies#why
 */
export function inPlaceByPolicy(
  fields: readonly FieldChange[],
  applyTo: 'queues' | 'exchanges',
  name: string,
  queueType?: string,
): string | undefined {
  const definition: string[] = [];
  for (const field of fields) {
    const [table, argument = ''] = field.path;
    const key = argument.replace(/^x-/, '');
    if (table !== 'arguments' || field.after === undefined || !canPolicy(key, field, queueType))
      return undefined;
    definition.push(`${key}: ${text(key, field.after)}`);
  }
  if (definition.length === 0) return undefined;
  const pattern = yaml(`^${name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')}$`);
  return (
    'a policy does it in place, with the declaration left as it was: ' +
    `policies: { ${yaml(name)}: { pattern: ${pattern}, apply-to: ${applyTo}, definition: { ${definition.join(', ')} } } }`
  );
}

function canPolicy(key: string, field: FieldChange, queueType: string | undefined): boolean {
  const { before, after } = field;
  const how = policyKeys.get(key)?.inPlace;
  switch (how) {
    case 'smaller':
    case 'lower':
      // The broker takes the smaller of argument and policy.
      if (typeof after !== 'number' || after < 0) return false;
      return before === undefined ? how === 'smaller' : typeof before === 'number' && after < before;
    case 'quorum-wins':
      return queueType === 'quorum' || before === undefined;
    default:
      return how === 'unset' && before === undefined;
  }
}

function text(key: string, value: Json): string {
  return formatUnit(value, unitOf(key)) ?? yaml(value);
}

/** A plain YAML scalar where that is safe, else a quoted one. */
function yaml(value: Json): string {
  return typeof value === 'string' && /^[A-Za-z^/][\w^$./-]*$/.test(value) ? value : JSON.stringify(value);
}

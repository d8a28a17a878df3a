import type { FieldChange, Json } from '../../../model/index.ts';
import { formatUnit, unitOf } from '../arguments.ts';

/** The broker takes the smaller of argument and policy, so that a policy can tighten what was declared. */
const MINIMUM = new Set(['message-ttl', 'max-length', 'max-length-bytes', 'expires', 'delivery-limit']);

/** The argument wins, so that a policy helps only where there is none. */
const ARGUMENT_WINS = new Set([
  'dead-letter-exchange',
  'dead-letter-routing-key',
  'dead-letter-strategy',
  'alternate-exchange',
]);

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
  if (MINIMUM.has(key)) {
    if (typeof after !== 'number' || after < 0) return false;
    return before === undefined ? key !== 'delivery-limit' : typeof before === 'number' && after < before;
  }
  // Quorum queues let the policy win, classic ones the argument.
  if (key === 'overflow') return queueType === 'quorum' || before === undefined;
  return ARGUMENT_WINS.has(key) && before === undefined;
}

function text(key: string, value: Json): string {
  const unit = unitOf(key);
  return (unit && formatUnit(value, unit)) ?? yaml(value);
}

/** A plain YAML scalar where that is safe, else a quoted one. */
function yaml(value: Json): string {
  return typeof value === 'string' && /^[A-Za-z^/][\w^$./-]*$/.test(value) ? value : JSON.stringify(value);
}

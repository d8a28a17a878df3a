import { type Change, type JsonObject, type Kind, type Risk, subject } from '../../../model/index.ts';
import { tableOf } from '../arguments.ts';
import type { RabbitCall } from '../calls.ts';
import { disruptive, httpDelete, httpPut, pathOf } from './parts.ts';

/*
 * Limits of a vhost and of a user have one shape: named numbers, each set and cleared by a request of its own.
 */

function limitsKind(noun: 'vhost' | 'user'): Kind {
  const resourcePath = noun === 'vhost' ? 'vhost-limits' : 'user-limits';
  return {
    title: (resource) => ({ title: `limits of ${noun} ${pathOf(resource)[0] ?? ''}`, detail: '' }),

    complete({ spec }) {
      const set = Object.entries(tableOf(spec.limits)).filter(([, value]) => value !== null);
      return { limits: Object.fromEntries(set) };
    },

    risks: (change) => lowered(change),

    calls(change): RabbitCall[] {
      const resource = subject(change);
      const path = (limit: string) => [resourcePath, pathOf(resource)[0] ?? '', limit];
      const before = limitsOf(change, 'before');
      const after = limitsOf(change, 'after');
      const cleared = Object.keys(before).filter((limit) => after[limit] === undefined);
      const set = Object.entries(after).filter(([limit, value]) => before[limit] !== value);
      return [
        ...cleared.sort().map((limit) => httpDelete(resource, path(limit))),
        ...set.sort().map(([limit, value]) => httpPut(resource, path(limit), { value })),
      ];
    },

    cascadesFrom: [noun],
    fieldName: (path) => path.slice(1).join('.'),
  };
}

/** https://www.rabbitmq.com/docs/vhosts#limits */
export const vhostLimits = limitsKind('vhost');

/** https://www.rabbitmq.com/docs/user-limits */
export const userLimits = limitsKind('user');

function limitsOf(change: Change, side: 'before' | 'after'): JsonObject {
  if (side === 'before') return 'before' in change ? tableOf(change.before.spec.limits) : {};
  return 'after' in change ? tableOf(change.after.spec.limits) : {};
}

function lowered(change: Change): Risk[] {
  const before = limitsOf(change, 'before');
  const names = Object.entries(limitsOf(change, 'after')).filter(
    ([name, value]) => effective(value) < effective(before[name]),
  );
  return change.action === 'update' && names.length > 0
    ? [
        disruptive(
          'limit-lowered',
          `clients over the new ${names.map(([name]) => name).join(' and ')} are refused`,
        ),
      ]
    : [];
}

/** A negative limit is none. */
function effective(value: unknown): number {
  return typeof value === 'number' && value >= 0 ? value : Number.POSITIVE_INFINITY;
}

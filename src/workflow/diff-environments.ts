import {
  type Diff,
  type EnvironmentDiff,
  type EnvironmentDifference,
  type Step,
  subject,
  type Undeclared,
} from '../model/index.ts';
import type { Checked } from './check.ts';
import { diffBroker } from './diff-broker.ts';
import { unreadFiles } from './diff-sides.ts';
import { TOOL } from './version.ts';

/**
 * Compares what one topology declares in two environments. Everything that differs was written for one of them: an
 * override, a variable with a value of its own.
 * @param promoted what changes in the environment `to` by what is not yet applied there
 */
export function compareEnvironments(from: Checked, to: Checked, promoted?: Diff): EnvironmentDiff {
  const unread = unreadFiles({ checked: from }, { checked: to });
  const names = new Set([...from.brokers.keys(), ...to.brokers.keys()]);
  const parts = [...names].flatMap((name) => diffBroker(name, { base: from, head: to, unread }, false) ?? []);
  return {
    brokerform: 'environments',
    version: 1,
    tool: TOOL,
    project: to.project.name,
    from: from.project.environment ?? '',
    to: to.project.environment ?? '',
    differences: merged(
      parts.flatMap(({ steps, undeclared }) => [...steps.map(ofStep), ...undeclared.map(ofUndeclared)]),
    ),
    unchanged: parts.reduce((sum, { unchanged }) => sum + unchanged, 0),
    ...(promoted && { promoted }),
  };
}

function ofStep({ address, title, detail, action, change, fields }: Step): EnvironmentDifference {
  const { at } = subject(change);
  const where = action === 'create' ? 'to' : action === 'delete' ? 'from' : 'both';
  // That a broker could not change it in place is of no interest: these are two brokers.
  const lines = where === 'both' ? fields.map(({ immutable: _, ...field }) => field) : [];
  return { address, title, detail, in: where, ...(at && { at }), fields: lines };
}

function ofUndeclared({ address, title, detail, fields, at }: Undeclared): EnvironmentDifference {
  const where = fields ? 'both' : 'from';
  return { address, title, detail, in: where, ...(at && { at }), fields: fields ?? [] };
}

/** A resource may have fields with two values, and others that only one environment declares. */
function merged(differences: readonly EnvironmentDifference[]): EnvironmentDifference[] {
  const byAddress = new Map<string, EnvironmentDifference>();
  for (const one of differences) {
    const other = byAddress.get(one.address);
    byAddress.set(one.address, other ? { ...other, fields: [...other.fields, ...one.fields] } : one);
  }
  return [...byAddress.values()].sort((a, b) => (a.address < b.address ? -1 : 1));
}

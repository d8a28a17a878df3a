import { type Change, type Kind, parseAddress } from '../../src/model/index.ts';

const box: Kind = {
  title: ({ address }) => ({ title: `box ${parseAddress(address).path[0]}`, detail: '' }),
  complete: ({ spec }) => ({ shape: 'square', capacity: 10, ...spec }),
  immutableReason: (path) => (path[0] === 'shape' ? 'a box keeps its shape' : undefined),
  risks: (change) => {
    if (change.action === 'delete' || change.action === 'replace') {
      const isEmpty = change.before.metrics?.contents === 0;
      return [
        { class: isEmpty ? 'disruptive' : 'destructive', code: 'contents', message: 'its contents are lost' },
      ];
    }
    const isLowered =
      change.action === 'update' &&
      change.fields.some(
        ({ path, before, after }) => path[0] === 'capacity' && Number(after) < Number(before),
      );
    return isLowered
      ? [{ class: 'destructive', code: 'capacity', message: 'what does not fit is lost' }]
      : [];
  },
  calls: (change, _context, { destructive }) => {
    const remove = { op: 'box.delete', target: target(change), body: { ifEmpty: !destructive } };
    if (change.action === 'delete') return [remove];
    const put = { op: 'box.put', target: target(change), body: change.after.spec };
    return change.action === 'replace' ? [remove, put] : [put];
  },
  systemOwned: ({ address }) =>
    parseAddress(address).path[0] === 'system' ? 'the broker owns it' : undefined,
  affectedText: ({ metrics }) => `${metrics?.contents ?? 'unknown'} things`,
};

const link: Kind = {
  title: ({ address }) => ({ title: `link ${parseAddress(address).path.join(' → ')}`, detail: '' }),
  complete: ({ spec }) => spec,
  risks: (change) =>
    change.action === 'delete'
      ? [{ class: 'disruptive', code: 'unlinked', message: 'things no longer flow' }]
      : [],
  calls: (change) =>
    change.action === 'delete'
      ? [{ op: 'link.delete', target: target(change) }]
      : [{ op: 'link.put', target: target(change), body: { dependsOn: change.after.dependsOn } }],
  cascadesFrom: ['box'],
};

export function target(change: Change): string {
  return (change.action === 'delete' ? change.before : change.after).address;
}

/** Boxes, and links between them that disappear with either. */
export const kinds: Readonly<Record<string, Kind>> = { box, link };

import type { DraftSection, Manifest } from '../../../../import/index.ts';
import { pathOf } from './queues.ts';

export function translateVhost(draft: DraftSection, { spec }: Manifest): void {
  const vhost = spec?.required('name');
  if (!spec || vhost === undefined) return;
  const path = ['vhosts', vhost];
  draft.open(path, spec.at());
  // What becomes of the vhost once its resource is deleted.
  spec.skip('deletionPolicy');
  draft.carry(path, spec, {
    defaultQueueType: ['default-queue-type', 'text'],
    description: ['description', 'text'],
  });
  const tags = spec.texts('tags').map(({ text }) => text);
  if (tags.length > 0) draft.put([...path, 'tags'], tags, spec.at('tags'));
  const limits = spec.mapping('limits');
  if (limits) {
    draft.carry([...path, 'limits'], limits, {
      connections: ['max-connections', 'whole'],
      queues: ['max-queues', 'whole'],
    });
  }
  if (spec.flag('tracing') === true)
    spec.leave('tracing', 'tracing is switched on with rabbitmqctl trace_on');
}

/** @param applyTo what the operator takes where nothing is said */
export function translatePolicy(
  draft: DraftSection,
  { spec }: Manifest,
  list: 'policies' | 'operator-policies',
  applyTo: string,
): void {
  const path = spec && pathOf(spec, list);
  if (!path) return;
  draft.open(path, spec.at());
  draft.put([...path, 'pattern'], spec.required('pattern'), spec.at('pattern'));
  draft.put([...path, 'apply-to'], spec.text('applyTo') ?? applyTo, spec.at('applyTo'));
  draft.carry(path, spec, { priority: ['priority', 'whole'] });
  if (spec.mapping('definition')) draft.take([...path, 'definition'], spec, 'definition');
  else spec.required('definition');
}

import { countOf, type Json, type Resource } from '../../../../model/index.ts';
import { formatConfig, serializeConfig, topicValues } from '../../fields/config-values.ts';
import { topicSchema } from '../../fields/topic.ts';
import { inheritanceTexts } from '../configs/inheritance.ts';
import { type KafkaKind, nameOf } from '../kind.ts';
import { topicCalls } from './calls.ts';
import { metricsOf, metricsText, progressText } from './metrics.ts';
import { topicRisks } from './risks.ts';
import { completeTopic, configIn, isInternal, sourcesIn } from './spec.ts';
import { declareTopics, topicsSection } from './yaml.ts';

/** https://kafka.apache.org/documentation/#topicconfigs */
export const topic: KafkaKind = {
  schema: topicSchema,
  declare: declareTopics,
  toSection: topicsSection,

  title(resource) {
    const { partitions, 'replication-factor': factor } = resource.spec;
    const parts = [...sizeText(partitions, 'partition'), ...sizeText(factor, 'replica')];
    return { title: `topic ${nameOf(resource)}`, detail: parts.join(' × ') };
  },

  complete: completeTopic,
  // Immutable fields are refused: a topic is never replaced, as that would lose its log.
  risks: topicRisks,

  calls: (change, _context, { destructive }) => topicCalls(change, destructive),

  systemOwned(resource) {
    return isInternal(resource) ? 'it is the broker’s own topic' : undefined;
  },
  mayChangeSystemOwned: ({ spec }) => spec.internal === true,

  fieldName([key = '', index]) {
    if (key === 'throttle') return 'reassignment';
    if (key === 'replicas' && index !== undefined) return `replicas of partition ${index}`;
    return configIn(key) ?? key;
  },

  fieldText([key = ''], value) {
    const config = configIn(key);
    if (config !== undefined) return formatConfig(config, value);
    return Array.isArray(value) ? value.map(serializeConfig).join(', ') : undefined;
  },

  fieldTexts(field, change) {
    const [key = ''] = field.path;
    const config = configIn(key);
    if (key === 'throttle') return unfinishedTexts(change.before);
    return config === undefined
      ? {}
      : inheritanceTexts(config, field, change, { own: 'topic', values: topicValues });
  },

  affectedText: metricsText,

  isInherited(live, key) {
    const origin = sourcesIn(live)[configIn(key) ?? '']?.origin;
    return origin !== undefined && origin !== 'topic';
  },

  resetText(keys) {
    const configs = keys.flatMap((key) => configIn(key) ?? []);
    return configs.length === 0
      ? undefined
      : `configs: { ${configs.map((config) => `${config}: null`).join(', ')} }`;
  },
};

const BROKER_DEFAULT = 'broker default';

/** `3 replicas`, `broker default replicas`, or nothing where nothing is said. */
function sizeText(value: Json | undefined, noun: string): string[] {
  if (value === null) return [`${BROKER_DEFAULT} ${noun}s`];
  return typeof value === 'number' ? [countOf(value, noun)] : [];
}

/** An unfinished reassignment of ours. */
function unfinishedTexts(live: Resource): { before: string; after: string } {
  const { moves } = metricsOf(live);
  return moves && moves.ours.length > 0
    ? { before: `under way, ${progressText(moves)}`, after: 'waited for, its throttle removed' }
    : { before: 'completed; its throttle is still set', after: 'throttle removed' };
}

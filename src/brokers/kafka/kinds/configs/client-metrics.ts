import { type Body, disruptive, type Json, membersOf, type Risk } from '../../../../model/index.ts';
import { CLIENT_METRICS_CONFIGS, clientMetricsSchema, MATCH_KEYS } from '../../fields/client-metrics.ts';
import type { Collector, Update } from '../kind.ts';
import type { ConfigKind } from './kind.ts';
import type { Effective } from './risks.ts';

/** `<broker>/client-metrics/<name>`: a subscription to metrics that clients send. */
export const clientMetrics: ConfigKind = {
  kind: 'client-metrics',
  noun: 'client-metrics config',
  plural: 'client-metrics subscriptions',
  op: 'client-metrics.configs',
  table: CLIENT_METRICS_CONFIGS,
  schema: clientMetricsSchema,
  own: 'client-metrics',
  // https://cwiki.apache.org/confluence/display/KAFKA/KIP-714
  since: '3.7',
  title: (name) => `client-metrics subscription ${name}`,
  quoted: (name) => `client-metrics subscription "${name}"`,
  entries: (section) => membersOf(section, 'client-metrics'),
  written: (bodies) => ({ 'client-metrics': Object.fromEntries(bodies) }),
  check,
  risks,
  deleted: () => disruptive('subscription-deleted', 'clients no longer send these metrics'),
};

function check(collector: Collector, name: string, { section, value, at }: Body): void {
  if ((value.metrics ?? null) === null) {
    collector.error('bad-value', at, `client-metrics subscription "${name}" has no "metrics"`, {
      hint: 'list prefixes of metric names, or "*" for all metrics',
    });
  }
  const items = itemsOf(value.match ?? null);
  const wrong = items.find(
    (item) => !MATCH_KEYS.some((key) => item.length > key.length + 1 && item.startsWith(`${key}=`)),
  );
  if (wrong === undefined) return;
  const message = `match has ${JSON.stringify(wrong)}: not a key, "=" and a regular expression`;
  collector.error('bad-value', section.at(value, 'match'), message, {
    hint: `keys: ${MATCH_KEYS.join(', ')}`,
  });
}

function itemsOf(value: Json): string[] {
  return [value]
    .flat()
    .filter((one): one is string => typeof one === 'string')
    .flatMap((text) => text.split(','))
    .map((text) => text.trim())
    .filter((text) => text !== '');
}

function risks(effective: Effective, change: Update): Risk[] {
  // The removal of `metrics` deletes the subscription: that is another risk.
  if (change.after.spec['configs.metrics'] === null) return [];
  const [old, now] = [
    itemsOf(effective.before('metrics') ?? null),
    itemsOf(effective.after('metrics') ?? null),
  ];
  const isCovered = (prefix: string) => now.some((one) => one === '*' || prefix.startsWith(one));
  const lost = old.filter((prefix) => !isCovered(prefix));
  return [
    ...(lost.length > 0
      ? [disruptive('metrics-fewer', `clients no longer send all metrics of ${lost.join(', ')}`)]
      : []),
    ...(old.length > 0 && effective.changes('match')
      ? [disruptive('match-changed', 'clients that match no longer stop sending the metrics')]
      : []),
  ];
}

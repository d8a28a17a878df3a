import { type ConfigTable, configsSchema, mapOf, type SectionSchema, time } from './field.ts';

/** What a subscription selects clients by (`ClientMetricsConfigs`, `ALLOWED_MATCH_PARAMS`). */
export const MATCH_KEYS: readonly string[] = [
  'client_id',
  'client_instance_id',
  'client_software_name',
  'client_software_version',
  'client_source_address',
  'client_source_port',
];

/** Every config of a subscription, as `ClientMetricsConfigs` of 3.7.2 and 4.3.1 has it. */
export const CLIENT_METRICS_CONFIGS: ConfigTable = {
  'interval.ms': {
    ...time,
    type: 'int',
    default: '300000',
    minimum: 100,
    maximum: 3_600_000,
    doc: 'How often a client sends the metrics.',
  },
  match: {
    type: 'list',
    default: '',
    doc: `The clients that send metrics: each item is a key, \`=\` and a regular expression; all of them must match. Keys: ${MATCH_KEYS.join(', ')}. Empty: every client.`,
  },
  metrics: {
    type: 'list',
    default: '',
    doc: 'The metrics that clients send: prefixes of names, `org.apache.kafka.producer.`, or `*` for all.',
  },
};

export const clientMetricsSchema: SectionSchema = {
  properties: { 'client-metrics': mapOf('Subscriptions to metrics of clients by name.', 'client-metrics') },
  $defs: {
    'client-metrics': configsSchema(
      'A subscription: metrics that clients send to the brokers. Must have `metrics`.',
      CLIENT_METRICS_CONFIGS,
    ),
  },
};

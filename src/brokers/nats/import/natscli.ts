import { type DraftSection, type ForeignFormat, isSet, type Mapping } from '../../../import/index.ts';
import { isObject, type Json, type JsonObject } from '../../../model/index.ts';
import { consumerFields } from '../fields/consumer.ts';
import type { Fields } from '../fields/field.ts';
import { streamFields } from '../fields/stream.ts';
import { type PlacedField, putConsumer, putStream } from './draft.ts';

/** What a server found out, and no one declared. */
const FOUND_OUT = [
  'type',
  'created',
  'ts',
  'state',
  'cluster',
  'domain',
  'mirror',
  'sources',
  'alternates',
  'name',
  'delivered',
  'ack_floor',
  'num_ack_pending',
  'num_redelivered',
  'num_waiting',
  'num_pending',
  'push_bound',
  'paused',
  'pause_remaining',
  'priority_groups',
];

/**
 * What the `nats` command prints and takes: `stream info --json`, `consumer info --json`, `stream add --output`, and
 * `backup.json` of `stream backup` and `account backup`.
 * https://docs.nats.io/using-nats/nats-tools/nats_cli
 */
export const natscli: ForeignFormat = {
  name: 'natscli',
  sign: 'it is what nats stream info --json or nats consumer info --json prints, or backup.json of a backup',
  recognises: (document) =>
    document.apiVersion === undefined &&
    (isStream(document.config) || isConsumerInfo(document) || isStream(document)),

  translate(documents, draft) {
    const streams = new Set(
      documents.flatMap(({ value }) => {
        const name = isObject(value.config) ? value.config.name : value.name;
        return typeof name === 'string' && !isConsumerInfo(value) ? [name] : [];
      }),
    );
    for (const document of documents) {
      const { value } = document;
      if (isConsumerInfo(value)) translateConsumer(draft, document, streams);
      else if (isObject(value.config)) {
        document.skip(...FOUND_OUT);
        const config = document.mapping('config');
        if (config) translateStream(draft, config);
      } else translateStream(draft, document);
    }
  },
};

function isStream(config: Json | undefined): boolean {
  return isObject(config) && ['name', 'retention', 'storage'].every((key) => typeof config[key] === 'string');
}

function isConsumerInfo({ stream_name: stream, config }: JsonObject): boolean {
  return typeof stream === 'string' && isObject(config) && typeof config.ack_policy === 'string';
}

function translateStream(draft: DraftSection, config: Mapping): void {
  const name = config.required('name');
  if (name !== undefined) putStream(draft, name, fieldsOf(config, streamFields), config.at());
}

function translateConsumer(draft: DraftSection, document: Mapping, streams: ReadonlySet<string>): void {
  document.skip(...FOUND_OUT);
  const stream = document.text('stream_name') ?? '';
  const config = document.mapping('config');
  const name = config?.text('durable_name') ?? '';
  // The same as the durable name.
  config?.skip('name');
  if (name === '') document.leave('config', 'an ephemeral consumer belongs to its client');
  else if (!streams.has(stream))
    document.leave('config', `stream ${stream} is not among the files, and consumer ${name} stands in it`);
  else if (config) putConsumer(draft, stream, name, fieldsOf(config, consumerFields), config.at());
}

/** The fields that are set, in the units of the API. */
function fieldsOf(config: Mapping, fields: Fields): Record<string, PlacedField> {
  const { places } = config;
  return Object.fromEntries(
    Object.keys(fields).flatMap((key) => {
      const value = key === 'metadata' ? ownMetadata(config) : config.json(key);
      return isSet(value) ? [[key, { value, at: config.at(key), places }] as const] : [];
    }),
  );
}

/** Labels without those of the server. */
function ownMetadata(config: Mapping): Json {
  const all = config.mapping('metadata');
  const server = all?.keys().filter((key) => key.startsWith('_nats.')) ?? [];
  all?.skip(...server);
  const own = all?.keys().filter((key) => !key.startsWith('_nats.')) ?? [];
  return Object.fromEntries(own.map((key) => [key, all?.json(key) ?? '']));
}

import {
  type ExportedChannel,
  type Exporter,
  isObject,
  type JsonObject,
  kindOf,
  parseAddress,
  type Resource,
} from '../../../model/index.ts';

/** The configs that a binding names; others are left to an extension. */
const CONFIGS = [
  'cleanup.policy',
  'retention.ms',
  'retention.bytes',
  'delete.retention.ms',
  'max.message.bytes',
] as const;

/** Topics. https://github.com/asyncapi/bindings/blob/master/kafka/README.md */
export const exporter: Exporter = {
  channels: (resources) => ({
    protocol: 'kafka',
    channels: resources.filter(({ address }) => kindOf(address) === 'topic').map(channelOf),
  }),
};

function channelOf(resource: Resource): ExportedChannel {
  const { address, spec } = resource;
  const topic = parseAddress(address).path[0] ?? '';
  const configs = configsOf(spec);
  const known = Object.entries(configs).filter(([name]) => CONFIGS.some((one) => one === name));
  const others = Object.entries(configs).filter(([name]) => !CONFIGS.some((one) => one === name));
  const kafka = {
    topic,
    ...(typeof spec.partitions === 'number' && { partitions: spec.partitions }),
    ...(typeof spec['replication-factor'] === 'number' && { replicas: spec['replication-factor'] }),
    ...(known.length > 0 && {
      topicConfiguration: Object.fromEntries(known.map(([name, value]) => [name, inBinding(name, value)])),
    }),
    ...(others.length > 0 && { 'x-configs': Object.fromEntries(others) }),
    bindingVersion: '0.5.0',
  };
  return { id: topic, channel: { address: topic, bindings: { kafka } }, of: resource };
}

/** A spec holds each config of its own under `configs.<name>`. */
function configsOf(spec: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(spec).flatMap(([key, value]) =>
      key.startsWith('configs.') && value !== null && !isObject(value)
        ? [[key.slice('configs.'.length), value]]
        : [],
    ),
  );
}

function inBinding(name: string, value: JsonObject[string]): JsonObject[string] {
  if (name === 'cleanup.policy') return String(value).split(',');
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

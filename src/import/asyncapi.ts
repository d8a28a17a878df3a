import { addTo, isObject, type JsonObject } from '../model/index.ts';
import { Channel, follow, followed, isVersion3, withTraits } from './asyncapi-channel.ts';
import type { DraftSection } from './draft.ts';
import type { ForeignFormat } from './format.ts';
import type { Mapping } from './mapping.ts';

export type { Channel } from './asyncapi-channel.ts';

/**
 * AsyncAPI documents of one broker. https://www.asyncapi.com/docs/reference
 * @param bindings the key of the broker's bindings
 * @param protocols of servers; a channel on a server with another protocol is not of this broker
 * @param translate the channels of one document
 */
export function asyncapiFormat(
  bindings: string,
  protocols: readonly string[],
  translate: (channels: readonly Channel[], draft: DraftSection) => void,
): ForeignFormat {
  return {
    name: 'asyncapi',
    sign: 'it begins with "asyncapi: 3.0.0", or another version from 2.0.0 on',
    recognises: ({ asyncapi }: JsonObject) => typeof asyncapi === 'string' || typeof asyncapi === 'number',
    translate(documents, draft) {
      for (const document of documents)
        translate(
          channelsOf(document).filter((channel) => channel.isOn(bindings, protocols)),
          draft,
        );
    },
  };
}

/** Parts of `components` that say what messages look like, or how clients are let in. */
const NO_TOPOLOGY = [
  'correlationIds',
  'externalDocs',
  'messageBindings',
  'messageTraits',
  'messages',
  'operationTraits',
  'parameters',
  'replies',
  'replyAddresses',
  'schemas',
  'securitySchemes',
  'serverVariables',
  'servers',
  'tags',
];

const UNUSED = 'nothing in the document refers to it';

/** Every channel of a document. A mistake in one is reported and does not affect the others. */
function channelsOf(root: Mapping): Channel[] {
  const version = String(root.value.asyncapi);
  if (!/^[23]([.]|$)/.test(version)) {
    const hint = 'save it as 2.6.0 or 3.0.0: https://www.asyncapi.com/docs/migration';
    const message = `AsyncAPI ${JSON.stringify(version.slice(0, 20))} is not supported`;
    root.account.error('unsupported', root.at('asyncapi'), message, { hint });
    return [];
  }
  // Who the document is by, and how messages are encoded.
  root.skip('asyncapi', 'id', 'info', 'defaultContentType', 'tags', 'externalDocs');
  explainComponents(root);
  const servers = serversOf(root);
  const operations = operationsOf(root);
  const channels = root.mapping('channels');
  return (channels?.keys() ?? []).flatMap((id): Channel[] => {
    if (!channels) return [];
    // Looked at only: a channel that no broker supports is reported as a whole.
    const written = channels.glimpse(id);
    const mapping = written && follow(root, written);
    if (!mapping) {
      channels.explain(id, written ? 'its reference leads out of this file' : 'it is empty');
      return [];
    }
    const protocols = protocolsOf(root, mapping, servers);
    const own = operations.get(mapping.value) ?? [];
    return [
      new Channel({ root, holder: channels, id }, mapping, protocols, [...own, ...actionsOf(root, mapping)]),
    ];
  });
}

function explainComponents(root: Mapping): void {
  const components = root.mapping('components');
  if (!components) return;
  for (const key of ['channels', 'operations', 'channelBindings', 'operationBindings', 'serverBindings']) {
    const entries = isObject(components.value[key]) ? components.mapping(key) : undefined;
    for (const name of entries?.keys() ?? []) entries?.explain(name, UNUSED);
  }
  components.skip(...NO_TOPOLOGY);
}

/** The protocol of each server, by its object. A connection is no topology, and stands in brokerform.yaml. */
function serversOf(root: Mapping): ReadonlyMap<object, { readonly name: string; readonly protocol: string }> {
  const servers = root.mapping('servers');
  return new Map(
    (servers?.keys() ?? []).flatMap((name) => {
      const server = servers?.has(name) ? followed(root, servers, name) : undefined;
      server?.skip('host', 'url', 'pathname', 'protocolVersion', 'variables', 'security');
      server?.skip('title', 'summary', 'description', 'tags', 'externalDocs');
      server?.explain('bindings', 'it says how clients encode messages');
      const protocol = server?.text('protocol');
      return server && protocol !== undefined ? [[server.value, { name, protocol }] as const] : [];
    }),
  );
}

/** Of the servers that the channel names, or of all of them. */
function protocolsOf(root: Mapping, channel: Mapping, servers: ReturnType<typeof serversOf>): Set<string> {
  const all = [...servers.values()];
  if (!channel.has('servers')) return new Set(all.map(({ protocol }) => protocol));
  if (isVersion3(root)) {
    const named = channel.mappings('servers').flatMap((reference) => follow(root, reference) ?? []);
    return new Set(named.flatMap(({ value }) => servers.get(value)?.protocol ?? []));
  }
  const names = new Set(channel.texts('servers').map(({ text }) => text));
  return new Set(all.flatMap(({ name, protocol }) => (names.has(name) ? [protocol] : [])));
}

/** 3.x: the operations of each channel, by the channel's object. */
function operationsOf(root: Mapping): Map<object, Mapping[]> {
  const byChannel = new Map<object, Mapping[]>();
  const operations = root.mapping('operations');
  for (const name of operations?.keys() ?? []) {
    const operation = operations?.has(name) ? followed(root, operations, name) : undefined;
    if (!operation) continue;
    const all = withTraits(root, operation);
    const channel = operation.has('channel') ? followed(root, operation, 'channel') : undefined;
    if (channel) for (const one of all) addTo(byChannel, channel.value, one);
  }
  return byChannel;
}

/** 2.x: what a channel's clients do stands in the channel. */
function actionsOf(root: Mapping, channel: Mapping): Mapping[] {
  return ['publish', 'subscribe'].flatMap((action) => {
    const operation = channel.has(action) ? channel.mapping(action) : undefined;
    return operation ? withTraits(root, operation) : [];
  });
}

import {
  type DraftSection,
  type Mapping,
  type TerraformKind,
  terraformFormat,
} from '../../../../import/index.ts';
import {
  binding,
  exchangeKinds,
  permissions,
  policy,
  queue,
  topicPermissions,
  user,
  vhost,
} from './resources.ts';
import { carrySet } from './values.ts';

/** A table in Terraform, of texts. */
const TABLES = {
  destination_application_properties: 'dest-application-properties',
  destination_properties: 'dest-properties',
  destination_publish_properties: 'dest-publish-properties',
  destination_queue_arguments: 'dest-queue-args',
} as const;

const shovel: TerraformKind = {
  kind: 'parameter',
  translate(draft, resource) {
    const name = resource.text('name');
    const vhost = resource.text('vhost');
    const info = resource.block('info');
    if (name === undefined || vhost === undefined || !info) return undefined;
    const path = ['vhosts', vhost, 'shovels', name];
    draft.open(path, resource.at);
    putUri(draft, [...path, 'src-uri'], info, 'source_uri', ['shovel', name, 'src-uri']);
    putUri(draft, [...path, 'dest-uri'], info, 'destination_uri', ['shovel', name, 'dest-uri']);
    carrySet(draft, path, info, {
      ack_mode: ['ack-mode', 'text'],
      add_forward_headers: ['add-forward-headers', 'flag'],
      destination_add_forward_headers: ['dest-add-forward-headers', 'flag'],
      destination_add_timestamp_header: ['dest-add-timestamp-header', 'flag'],
      destination_address: ['dest-address', 'text'],
      destination_exchange: ['dest-exchange', 'text'],
      destination_exchange_key: ['dest-exchange-key', 'text'],
      destination_protocol: ['dest-protocol', 'text'],
      destination_queue: ['dest-queue', 'text'],
      prefetch_count: ['prefetch-count', 'whole'],
      reconnect_delay: ['reconnect-delay', 'whole'],
      source_address: ['src-address', 'text'],
      source_exchange: ['src-exchange', 'text'],
      source_exchange_key: ['src-exchange-key', 'text'],
      source_prefetch_count: ['src-prefetch-count', 'whole'],
      source_protocol: ['src-protocol', 'text'],
      source_queue: ['src-queue', 'text'],
    });
    putDeletion(draft, [...path, 'delete-after'], info, 'delete_after');
    putDeletion(draft, [...path, 'src-delete-after'], info, 'source_delete_after');
    for (const [key, to] of Object.entries(TABLES)) {
      const table = info.mapping(key);
      for (const one of table?.keys() ?? []) {
        if (table) draft.put([...path, to, one], table.json(one), table.at(one));
      }
    }
    return [vhost, 'shovel', name];
  },
};

/** `never`, `queue-length`, or a number of messages. */
function putDeletion(draft: DraftSection, path: readonly string[], info: Mapping, key: string): void {
  const text = info.text(key) ?? '';
  if (text !== '') draft.put(path, /^\d{1,15}$/.test(text) ? Number(text) : text, info.at(key));
}

const federation: TerraformKind = {
  kind: 'parameter',
  translate(draft, resource) {
    const name = resource.text('name');
    const vhost = resource.text('vhost');
    const definition = resource.block('definition');
    if (name === undefined || vhost === undefined || !definition) return undefined;
    // Always `federation-upstream`.
    resource.values.skip('component');
    const path = ['vhosts', vhost, 'federation-upstreams', name];
    draft.open(path, resource.at);
    putUri(draft, [...path, 'uri'], definition, 'uri', ['federation', name, 'uri']);
    carrySet(draft, path, definition, {
      ack_mode: ['ack-mode', 'text'],
      exchange: ['exchange', 'text'],
      expires: ['expires', 'whole'],
      max_hops: ['max-hops', 'whole'],
      message_ttl: ['message-ttl', 'whole'],
      prefetch_count: ['prefetch-count', 'whole'],
      queue: ['queue', 'text'],
    });
    // Sent whatever they are.
    draft.carry(path, definition, {
      reconnect_delay: ['reconnect-delay', 'whole'],
      trust_user_id: ['trust-user-id', 'flag'],
    });
    return [vhost, 'federation-upstream', name];
  },
};

/** The providers send a list of one URI. It may hold a password, so a variable takes its place. */
function putUri(
  draft: DraftSection,
  path: readonly string[],
  from: Mapping,
  key: string,
  words: readonly string[],
): void {
  const variable = draft.secretList(path, words, from.at(key));
  from.leave(key, `credentials are never copied: set ${variable} in the environment`);
}

/**
 * Resources of the Terraform provider cyrilgdn/rabbitmq, 1.0 to 1.9, and of rfd59/rabbitmq, 2.0 to 2.6.
 * https://registry.terraform.io/providers/cyrilgdn/rabbitmq https://registry.terraform.io/providers/rfd59/rabbitmq
 */
export const terraform = terraformFormat({
  prefixes: ['rabbitmq_'],
  kinds: () => ({
    rabbitmq_binding: binding,
    rabbitmq_federation_upstream: federation,
    rabbitmq_operator_policy: policy('operator-policy', 'operator-policies'),
    rabbitmq_permissions: permissions,
    rabbitmq_policy: policy('policy', 'policies'),
    rabbitmq_queue: queue,
    rabbitmq_shovel: shovel,
    rabbitmq_topic_permissions: topicPermissions,
    rabbitmq_user: user,
    rabbitmq_vhost: vhost,
    ...exchangeKinds,
  }),
});

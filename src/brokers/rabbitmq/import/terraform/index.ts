import { terraformFormat } from '../../../../import/index.ts';
import { federation, shovel } from './parameters.ts';
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

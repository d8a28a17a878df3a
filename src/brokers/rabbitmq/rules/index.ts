import type { Rule } from '../../../model/index.ts';
import { alternateExchangeMissing } from './alternate-exchange-missing.ts';
import { alternateExchangeSuppressed } from './alternate-exchange-suppressed.ts';
import { atLeastOnceConditions } from './at-least-once-conditions.ts';
import { autoDeleteQueue } from './auto-delete-queue.ts';
import { classicMirroring } from './classic-mirroring.ts';
import { consistentHashWeight } from './consistent-hash-weight.ts';
import { deadLetterCycle } from './dead-letter-cycle.ts';
import { deadLetterExchangeMissing } from './dead-letter-exchange-missing.ts';
import { deadLetterKeyWithoutExchange } from './dead-letter-key-without-exchange.ts';
import { deadLetterUnroutable } from './dead-letter-unroutable.ts';
import { deliveryLimitDrops } from './delivery-limit-drops.ts';
import { headersBindingExtent } from './headers-binding-extent.ts';
import { ignoredBindingArguments } from './ignored-binding-arguments.ts';
import { ignoredOverflow } from './ignored-overflow.ts';
import { invalidPattern } from './invalid-pattern.ts';
import { invalidValue } from './invalid-value.ts';
import { lazyMode } from './lazy-mode.ts';
import { permissionGrantsEverything } from './permission-grants-everything.ts';
import { policyDisabled } from './policy-disabled.ts';
import { policyShadowed } from './policy-shadowed.ts';
import { policyTie } from './policy-tie.ts';
import { policyUnmatched } from './policy-unmatched.ts';
import { quorumGroupOfOne } from './quorum-group-of-one.ts';
import { redundantBinding } from './redundant-binding.ts';
import { refusedByVersion } from './refused-by-version.ts';
import { replicatedQueueProperties } from './replicated-queue-properties.ts';
import { singleNodeQuorum } from './single-node-quorum.ts';
import { topicKeyNeverMatches } from './topic-key-never-matches.ts';
import { topicKeyTooManyHashes } from './topic-key-too-many-hashes.ts';
import { topicPermissionExchangeMissing } from './topic-permission-exchange-missing.ts';
import { transientExchange } from './transient-exchange.ts';
import { transientQueue } from './transient-queue.ts';
import { unboundExchange } from './unbound-exchange.ts';
import { unboundQueue } from './unbound-queue.ts';
import { unboundedQueue } from './unbounded-queue.ts';
import { undeclaredEndpoint } from './undeclared-endpoint.ts';
import { unknownArgument } from './unknown-argument.ts';
import { unknownPolicyKey } from './unknown-policy-key.ts';
import { unknownQueueType } from './unknown-queue-type.ts';
import { unlistableBinding } from './unlistable-binding.ts';
import { unreachableExchange } from './unreachable-exchange.ts';
import { unreachableQueue } from './unreachable-queue.ts';
import { unsupportedArgument } from './unsupported-argument.ts';
import { unsupportedPattern } from './unsupported-pattern.ts';
import { wildcardOutsideTopic } from './wildcard-outside-topic.ts';

/** Every lint rule of RabbitMQ: one file each, named as its code. */
export const rules: readonly Rule[] = [
  alternateExchangeMissing,
  alternateExchangeSuppressed,
  atLeastOnceConditions,
  autoDeleteQueue,
  classicMirroring,
  consistentHashWeight,
  deadLetterCycle,
  deadLetterExchangeMissing,
  deadLetterKeyWithoutExchange,
  deadLetterUnroutable,
  deliveryLimitDrops,
  headersBindingExtent,
  ignoredBindingArguments,
  ignoredOverflow,
  invalidPattern,
  invalidValue,
  lazyMode,
  permissionGrantsEverything,
  policyDisabled,
  policyShadowed,
  policyTie,
  policyUnmatched,
  quorumGroupOfOne,
  redundantBinding,
  refusedByVersion,
  replicatedQueueProperties,
  singleNodeQuorum,
  topicKeyNeverMatches,
  topicKeyTooManyHashes,
  topicPermissionExchangeMissing,
  transientExchange,
  transientQueue,
  unboundExchange,
  unboundQueue,
  unboundedQueue,
  undeclaredEndpoint,
  unknownArgument,
  unknownPolicyKey,
  unknownQueueType,
  unlistableBinding,
  unreachableExchange,
  unreachableQueue,
  unsupportedArgument,
  unsupportedPattern,
  wildcardOutsideTopic,
];

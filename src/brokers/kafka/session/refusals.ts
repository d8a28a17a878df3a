import { BrokerError, type Failure } from '../../../model/index.ts';
import { type AclOperation, operations } from '../fields/acl.ts';
import type { Cluster } from './cluster.ts';
import { DescribeCluster } from './protocol/cluster.ts';
import { CODE, errorName, errorWords } from './protocol/errors.ts';
import type { KafkaSettings } from './settings.ts';

/** A right as Kafka's ACLs know it: an operation on a resource. */
export interface Right {
  readonly operation:
    | 'Alter'
    | 'AlterConfigs'
    | 'Create'
    | 'Delete'
    | 'Describe'
    | 'DescribeConfigs'
    | 'Read'
    | 'Write';
  /** A topic, group or transactional id by name; else the cluster. */
  readonly topic?: string;
  readonly group?: string;
  readonly transaction?: string;
}

/** A failed request, as reported by its response. */
interface Refusal {
  /** What was asked, in words: `create topic`, `DescribeAcls`. */
  readonly op: string;
  readonly code: number;
  readonly message?: string | null;
  /** The right that it takes. */
  readonly right: Right;
}

export function failureOf(settings: KafkaSettings, { op, code, message, right }: Refusal): Failure {
  const hint = hintFor(settings, code, right);
  return { op, status: errorName(code), message: errorWords(code, message), ...(hint && { hint }) };
}

export function refused(settings: KafkaSettings, refusal: Refusal): BrokerError {
  return new BrokerError(settings.broker, failureOf(settings, refusal));
}

const UNAUTHORIZED = [
  CODE.TOPIC_AUTHORIZATION_FAILED,
  CODE.GROUP_AUTHORIZATION_FAILED,
  CODE.CLUSTER_AUTHORIZATION_FAILED,
  CODE.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
];

function hintFor(settings: KafkaSettings, code: number, right: Right): string | undefined {
  if (UNAUTHORIZED.includes(code)) {
    // The broker may ask for the cluster where the topic would do as well, and says which.
    return grantHint(
      settings,
      code === CODE.CLUSTER_AUTHORIZATION_FAILED ? { operation: right.operation } : right,
    );
  }
  if (code === CODE.SECURITY_DISABLED) return 'set authorizer.class.name on the brokers, or declare no ACLs';
  if (code === CODE.THROTTLING_QUOTA_EXCEEDED) return 'wait, or raise controller_mutation_rate for this user';
  return undefined;
}

/** `User:ci needs DescribeConfigs on topic "orders"`, with the command that grants it. */
function grantHint({ sasl }: KafkaSettings, { operation, topic, group, transaction }: Right): string {
  const user = sasl && 'username' in sasl ? sasl.username : undefined;
  const principal = user === undefined ? 'the principal of this connection' : `User:${user}`;
  const named = [
    { noun: 'topic', flag: '--topic', name: topic },
    { noun: 'group', flag: '--group', name: group },
    { noun: 'transactional id', flag: '--transactional-id', name: transaction },
  ].find(({ name }) => name !== undefined);
  const resource = named ? `${named.noun} ${JSON.stringify(named.name)}` : 'the cluster';
  const flag = named ? `${named.flag} ${JSON.stringify(named.name)}` : '--cluster';
  const grant =
    user === undefined
      ? ''
      : `: kafka-acls --add --allow-principal User:${user} --operation ${operation} ${flag}`;
  return `${principal} needs ${operation} on ${resource}${grant}`;
}

/** Our rights on the cluster resource; unknown if `error` is not 0. */
interface ClusterRights {
  readonly error: number;
  readonly message: string | null;
  may(operation: AclOperation): boolean;
}

/** Asks a cluster that offers DescribeCluster. @throws ConnectionError, BrokerError */
export async function readRights(cluster: Cluster): Promise<ClusterRights> {
  const request = { includeOperations: true };
  const response = await cluster.read(DescribeCluster, request);
  const { error, message, operations: allowed } = response;
  return { error, message, may: (operation) => (allowed & (1 << operations[operation].wire)) !== 0 };
}

/** Every error code of the protocol that we meet, and what it means. https://kafka.apache.org/protocol#protocol_error_codes */
const ERRORS = {
  UNKNOWN_SERVER_ERROR: [-1, 'the broker met an unexpected error'],
  OFFSET_OUT_OF_RANGE: [1, 'the log does not have the offset'],
  CORRUPT_MESSAGE: [2, 'the record is damaged'],
  UNKNOWN_TOPIC_OR_PARTITION: [3, 'unknown topic or partition'],
  LEADER_NOT_AVAILABLE: [5, 'the partition has no leader'],
  NOT_LEADER_OR_FOLLOWER: [6, 'the broker does not lead the partition'],
  REQUEST_TIMED_OUT: [7, 'the brokers took longer than the request may'],
  BROKER_NOT_AVAILABLE: [8, 'the broker is not available'],
  REPLICA_NOT_AVAILABLE: [9, 'a replica of the partition is not available'],
  MESSAGE_TOO_LARGE: [10, 'the record is larger than max.message.bytes of the topic'],
  OFFSET_METADATA_TOO_LARGE: [12, 'the metadata of the offset is larger than offset.metadata.max.bytes'],
  COORDINATOR_LOAD_IN_PROGRESS: [14, 'the coordinator is still loading'],
  COORDINATOR_NOT_AVAILABLE: [15, 'the coordinator is not available'],
  NOT_COORDINATOR: [16, 'the broker does not coordinate the group'],
  INVALID_TOPIC_EXCEPTION: [17, 'the name is not a legal topic name'],
  RECORD_LIST_TOO_LARGE: [18, 'the batch of records is larger than a segment of the log'],
  NOT_ENOUGH_REPLICAS: [19, 'fewer replicas are in sync than min.insync.replicas'],
  TOPIC_AUTHORIZATION_FAILED: [29, 'not authorised for the topic'],
  GROUP_AUTHORIZATION_FAILED: [30, 'not authorised for the group'],
  CLUSTER_AUTHORIZATION_FAILED: [31, 'not authorised for the cluster'],
  INVALID_TIMESTAMP: [32, 'the topic does not take the time of the record'],
  UNSUPPORTED_SASL_MECHANISM: [33, 'the listener does not offer the SASL mechanism'],
  ILLEGAL_SASL_STATE: [34, 'the listener does not take a SASL login'],
  UNSUPPORTED_VERSION: [35, 'the broker does not offer the request'],
  TOPIC_ALREADY_EXISTS: [36, 'a topic of that name exists'],
  INVALID_PARTITIONS: [37, 'the number of partitions is not possible'],
  INVALID_REPLICATION_FACTOR: [38, 'the replication factor is not possible'],
  INVALID_REPLICA_ASSIGNMENT: [39, 'the placement of replicas is not possible'],
  INVALID_CONFIG: [40, 'a config is not valid'],
  NOT_CONTROLLER: [41, 'the broker is not the controller'],
  INVALID_REQUEST: [42, 'the broker does not accept the request'],
  POLICY_VIOLATION: [44, 'the policy of the cluster forbids it'],
  DUPLICATE_SEQUENCE_NUMBER: [46, 'the broker has the batch already'],
  INVALID_PRODUCER_EPOCH: [47, 'a later producer has the transactional id'],
  CONCURRENT_TRANSACTIONS: [51, 'the last transaction of the transactional id is still ending'],
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: [53, 'not authorised for the transactional id'],
  SECURITY_DISABLED: [54, 'the cluster has no authorizer'],
  OPERATION_NOT_ATTEMPTED: [55, 'not attempted, as another part of the request was refused'],
  SASL_AUTHENTICATION_FAILED: [58, 'the login was refused'],
  REASSIGNMENT_IN_PROGRESS: [60, 'a reassignment of the partition is under way'],
  TOPIC_DELETION_DISABLED: [73, 'the cluster does not let topics be deleted'],
  PREFERRED_LEADER_NOT_AVAILABLE: [80, 'the preferred leader is not available'],
  ELECTION_NOT_NEEDED: [84, 'the preferred leader leads already'],
  NO_REASSIGNMENT_IN_PROGRESS: [85, 'no reassignment is under way'],
  INVALID_RECORD: [87, 'the record is not valid'],
  UNSTABLE_OFFSET_COMMIT: [88, 'a transaction with offsets of the group is still ending'],
  THROTTLING_QUOTA_EXCEEDED: [89, 'the quota of changes is used up for the moment'],
  PRODUCER_FENCED: [90, 'a later producer has the transactional id'],
  RESOURCE_NOT_FOUND: [91, 'unknown user or mechanism'],
  DUPLICATE_RESOURCE: [92, 'duplicate in the request'],
  UNACCEPTABLE_CREDENTIAL: [93, 'the credential is not acceptable'],
} as const;

/** `CODE.TOPIC_ALREADY_EXISTS` is 36. */
export const CODE = Object.fromEntries(
  Object.entries(ERRORS).map(([name, [code]]) => [name, code]),
) as Readonly<Record<keyof typeof ERRORS, number>>;

const BY_CODE = new Map<number, { readonly name: string; readonly words: string }>(
  Object.entries(ERRORS).map(([name, [code, words]]) => [code, { name, words }]),
);

/** `TOPIC_ALREADY_EXISTS`; a code that is not known here by its number. */
export function errorName(code: number): string {
  return BY_CODE.get(code)?.name ?? `error ${code}`;
}

/** The broker's own words, else what the code means. */
export function errorWords(code: number, message?: string | null): string {
  return message || (BY_CODE.get(code)?.words ?? `the broker answered with error code ${code}`);
}

const LEADER_CHANGES = [CODE.LEADER_NOT_AVAILABLE, CODE.NOT_LEADER_OR_FOLLOWER, CODE.REPLICA_NOT_AVAILABLE];

/** The partition has no leader for the moment, or another one. */
export function isLeaderless(code: number): boolean {
  return LEADER_CHANGES.includes(code);
}

/** The leader of the partition changes: another broker, or the same a moment later, can do what was asked. */
export function isMoved(code: number): boolean {
  return isLeaderless(code) || code === CODE.UNKNOWN_TOPIC_OR_PARTITION;
}

/** Error codes of the protocol (https://kafka.apache.org/protocol#protocol_error_codes), as far as we meet them. */
export const OFFSET_OUT_OF_RANGE = 1;
export const UNKNOWN_TOPIC = 3;
export const LEADER_NOT_AVAILABLE = 5;
export const NOT_LEADER = 6;
export const TIMED_OUT = 7;
export const REPLICA_NOT_AVAILABLE = 9;
export const COORDINATOR_LOADING = 14;
export const COORDINATOR_NOT_AVAILABLE = 15;
export const NOT_COORDINATOR = 16;
export const TOPIC_UNAUTHORIZED = 29;
export const GROUP_UNAUTHORIZED = 30;
export const CLUSTER_UNAUTHORIZED = 31;
export const UNSUPPORTED_VERSION = 35;
export const TOPIC_EXISTS = 36;
export const INVALID_PARTITIONS = 37;
export const NOT_CONTROLLER = 41;
export const POLICY_VIOLATION = 44;
export const INVALID_PRODUCER_EPOCH = 47;
export const CONCURRENT_TRANSACTIONS = 51;
export const TRANSACTION_UNAUTHORIZED = 53;
export const SECURITY_DISABLED = 54;
export const DELETION_DISABLED = 73;
export const UNSTABLE_OFFSETS = 88;
export const QUOTA_EXCEEDED = 89;
export const PRODUCER_FENCED = 90;
export const RESOURCE_NOT_FOUND = 91;

const NAMES: Readonly<Record<number, readonly [name: string, words: string]>> = {
  [-1]: ['UNKNOWN_SERVER_ERROR', 'the broker met an unexpected error'],
  1: ['OFFSET_OUT_OF_RANGE', 'the log does not have the offset'],
  2: ['CORRUPT_MESSAGE', 'the record is damaged'],
  3: ['UNKNOWN_TOPIC_OR_PARTITION', 'unknown topic or partition'],
  5: ['LEADER_NOT_AVAILABLE', 'the partition has no leader'],
  6: ['NOT_LEADER_OR_FOLLOWER', 'the broker does not lead the partition'],
  7: ['REQUEST_TIMED_OUT', 'the brokers took longer than the request may'],
  8: ['BROKER_NOT_AVAILABLE', 'the broker is not available'],
  10: ['MESSAGE_TOO_LARGE', 'the record is larger than max.message.bytes of the topic'],
  12: ['OFFSET_METADATA_TOO_LARGE', 'the metadata of the offset is larger than offset.metadata.max.bytes'],
  14: ['COORDINATOR_LOAD_IN_PROGRESS', 'the coordinator is still loading'],
  15: ['COORDINATOR_NOT_AVAILABLE', 'the coordinator is not available'],
  16: ['NOT_COORDINATOR', 'the broker does not coordinate the group'],
  17: ['INVALID_TOPIC_EXCEPTION', 'the name is not a legal topic name'],
  18: ['RECORD_LIST_TOO_LARGE', 'the batch of records is larger than a segment of the log'],
  19: ['NOT_ENOUGH_REPLICAS', 'fewer replicas are in sync than min.insync.replicas'],
  29: ['TOPIC_AUTHORIZATION_FAILED', 'not authorised for the topic'],
  30: ['GROUP_AUTHORIZATION_FAILED', 'not authorised for the group'],
  31: ['CLUSTER_AUTHORIZATION_FAILED', 'not authorised for the cluster'],
  32: ['INVALID_TIMESTAMP', 'the topic does not take the time of the record'],
  33: ['UNSUPPORTED_SASL_MECHANISM', 'the listener does not offer the SASL mechanism'],
  34: ['ILLEGAL_SASL_STATE', 'the listener does not take a SASL login'],
  35: ['UNSUPPORTED_VERSION', 'the broker does not offer the request'],
  36: ['TOPIC_ALREADY_EXISTS', 'a topic of that name exists'],
  37: ['INVALID_PARTITIONS', 'the number of partitions is not possible'],
  38: ['INVALID_REPLICATION_FACTOR', 'the replication factor is not possible'],
  39: ['INVALID_REPLICA_ASSIGNMENT', 'the placement of replicas is not possible'],
  40: ['INVALID_CONFIG', 'a config is not valid'],
  41: ['NOT_CONTROLLER', 'the broker is not the controller'],
  42: ['INVALID_REQUEST', 'the broker does not accept the request'],
  44: ['POLICY_VIOLATION', 'the policy of the cluster forbids it'],
  47: ['INVALID_PRODUCER_EPOCH', 'a later producer has the transactional id'],
  51: ['CONCURRENT_TRANSACTIONS', 'the last transaction of the transactional id is still ending'],
  53: ['TRANSACTIONAL_ID_AUTHORIZATION_FAILED', 'not authorised for the transactional id'],
  54: ['SECURITY_DISABLED', 'the cluster has no authorizer'],
  58: ['SASL_AUTHENTICATION_FAILED', 'the login was refused'],
  60: ['REASSIGNMENT_IN_PROGRESS', 'a reassignment of the partition is under way'],
  73: ['TOPIC_DELETION_DISABLED', 'the cluster does not let topics be deleted'],
  80: ['PREFERRED_LEADER_NOT_AVAILABLE', 'the preferred leader is not available'],
  84: ['ELECTION_NOT_NEEDED', 'the preferred leader leads already'],
  85: ['NO_REASSIGNMENT_IN_PROGRESS', 'no reassignment is under way'],
  87: ['INVALID_RECORD', 'the record is not valid'],
  88: ['UNSTABLE_OFFSET_COMMIT', 'a transaction with offsets of the group is still ending'],
  89: ['THROTTLING_QUOTA_EXCEEDED', 'the quota of changes is used up for the moment'],
  90: ['PRODUCER_FENCED', 'a later producer has the transactional id'],
  91: ['RESOURCE_NOT_FOUND', 'unknown user or mechanism'],
  92: ['DUPLICATE_RESOURCE', 'duplicate in the request'],
  93: ['UNACCEPTABLE_CREDENTIAL', 'the credential is not acceptable'],
};

/** `TOPIC_ALREADY_EXISTS`; a code that is not known here by its number. */
export function errorName(code: number): string {
  return NAMES[code]?.[0] ?? `error ${code}`;
}

/** The broker's own words, else what the code means. */
export function errorWords(code: number, message?: string | null): string {
  return message || (NAMES[code]?.[1] ?? `the broker answered with error code ${code}`);
}

/** The leader of the partition changes: another broker, or the same a moment later, can do what was asked. */
export function isMoved(code: number): boolean {
  return [UNKNOWN_TOPIC, LEADER_NOT_AVAILABLE, NOT_LEADER, REPLICA_NOT_AVAILABLE].includes(code);
}

/**
 * What can be wrong with what a section of a broker declares, beyond its schema: the last part of a code, such as
 * `rabbitmq/given-twice`, and one line about it.
 */
export const MISTAKES = {
  'acl-resource':
    'An ACL is for one resource: a topic, a group, a transactional id, a delegation token or the cluster',
  'bad-name': 'The broker has no such name, or a former name is declared too',
  'bad-unit': 'A duration or size cannot be read',
  'bad-value': 'The broker does not take this value',
  'binding-ends': 'A binding needs a source and one destination',
  'bucket-as-stream': 'A bucket or store is declared as the stream that is behind it',
  'declared-twice': 'A resource is declared in two places',
  'given-twice': 'A value is given in two ways',
  'literal-secret': 'A password stands in a file',
  partitions: 'A super stream has a number of partitions, or binding keys',
  'quota-entity': 'A quota is for a user, a client id, both, or an IP address',
  'reserved-config': 'The config is set by other means',
  'reserved-name': "The name is the broker's own",
} as const;

export type Mistake = keyof typeof MISTAKES;

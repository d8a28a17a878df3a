import { type Context, destructive, disruptive, type Resource, type Risk } from '../../../../model/index.ts';
import { supports } from '../../facts.ts';
import { stringsIn } from '../../fields/values.ts';
import { loweredLimitRisks } from './risks.ts';

/**
 * What a move does not keep.
 * @param gaps the moments without subjects
 */
export function lossRisks(
  before: Resource,
  after: Resource,
  { broker }: Context,
  gaps = 'the two moments',
): Risk[] {
  const ephemeral = stringsIn(before.metrics?.ephemeral);
  const isSilent = before.spec.no_ack === true || after.spec.no_ack === true;
  return [
    ...loweredLimitRisks(before, after),
    ...(isSilent
      ? [
          destructive(
            'gap-silent',
            `it sends no acknowledgements, so nobody notices the messages that are published in ${gaps} without subjects`,
          ),
        ]
      : []),
    ...(ephemeral.length === 0
      ? []
      : [
          disruptive(
            'ephemeral-lost',
            `ephemeral ${ephemeral.length === 1 ? 'consumer' : 'consumers'} ${ephemeral.join(', ')} of clients end; their applications must create them again`,
          ),
        ]),
    ...(supports(broker, '2.14')
      ? []
      : [
          disruptive(
            'window-lost',
            'this server forgets message IDs: a message that a publisher sends again because of the move is stored twice',
          ),
        ]),
  ];
}

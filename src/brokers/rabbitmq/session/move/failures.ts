import { BrokerError, type Failure } from '../../../../model/index.ts';
import { AmqpRefusal } from '../connection-errors.ts';
import { shortTextAt } from './frames.ts';

/** The queue and the exchange of a transfer. */
interface Ends {
  readonly from: string;
  readonly via: string;
}

const KEPT = 'no message is lost; apply again to continue the move';

export function returned({ from, via }: Ends, args: Buffer): Failure {
  const code = args.readUInt16BE(0);
  const words = shortTextAt(args, 2).toString();
  return {
    op: 'basic.publish',
    status: String(code),
    message: `the broker returned a message of queue ${JSON.stringify(from)}: ${words}; exchange ${JSON.stringify(via)} leads to no queue`,
    hint: `another client unbound or deleted the queue behind that exchange; ${KEPT}`,
  };
}

export function nacked({ from, via }: Ends): Failure {
  return {
    op: 'basic.publish',
    message: `the broker rejected a message of queue ${JSON.stringify(from)} (basic.nack)`,
    hint: `the queue behind exchange ${JSON.stringify(via)} is full or unavailable; ${KEPT}`,
  };
}

export function refused({ from }: Ends, { code, message }: AmqpRefusal): Error {
  if (!/user_id/.test(message)) return new AmqpRefusal(code, message);
  return new BrokerError('', {
    op: 'basic.publish',
    status: code,
    message: `queue ${JSON.stringify(from)} holds a message of another user: ${message}`,
    hint: `the user that brokerform connects as needs the tag "impersonator" for this move; ${KEPT}`,
  });
}

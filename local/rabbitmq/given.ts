import { Unavailable } from '../unavailable.ts';
import { askVersion } from './listeners.ts';
import type { LocalRabbit, RabbitLine } from './types.ts';

/** The broker that the environment names for this line, if it does; it is used, and never stopped. */
export async function givenRabbit(line: RabbitLine): Promise<LocalRabbit | undefined> {
  const prefix = `BROKERFORM_TEST_RABBITMQ_${line.toUpperCase()}`;
  const url = process.env[`${prefix}_URL`];
  const management = process.env[`${prefix}_MANAGEMENT`];
  if (!url && !management) return undefined;
  const what = `RabbitMQ ${line}`;
  if (!url || !management) throw new Unavailable(what, `${prefix}_URL and ${prefix}_MANAGEMENT go together`);
  const version = await askVersion(management).catch(() => undefined);
  if (!version) throw new Unavailable(what, `${prefix}_MANAGEMENT names no management API that answers`);

  const refuse = async (): Promise<never> => {
    throw new Unavailable(`control of RabbitMQ ${line}`, `${prefix}_URL names a broker that is not ours`);
  };
  const stop = async () => {};
  const control = { start: refuse, stop, kill: refuse, halt: refuse, ctl: refuse };
  return { line, version, url, management, folder: '', ...control };
}

import type { Certificates } from '../certificates.ts';
import { type RabbitPorts, withManagement } from './config.ts';
import type { LocalRabbit, RabbitOptions } from './types.ts';

/** What clients need to know about a broker that listens at these ports of 127.0.0.1. */
export function addresses(
  ports: RabbitPorts,
  certificates: Certificates | undefined,
): Pick<LocalRabbit, 'url' | 'management' | 'tls'> {
  const plain = {
    url: `amqp://guest:guest@127.0.0.1:${ports.amqp}`,
    management: `http://127.0.0.1:${ports.management}`,
  };
  if (!certificates) return plain;
  return {
    ...plain,
    tls: {
      url: `amqps://guest:guest@127.0.0.1:${ports.amqps}`,
      management: `https://127.0.0.1:${ports.managementTls}`,
      ca: certificates.ca,
      cert: certificates.clientCert,
      key: certificates.clientKey,
    },
  };
}

/** Whether the management API answers; yes as well for a broker that has none. */
export async function answers(options: RabbitOptions, management: string): Promise<boolean> {
  const { RABBITMQ_DEFAULT_USER: user = 'guest', RABBITMQ_DEFAULT_PASS: password = 'guest' } =
    options.environment ?? {};
  return !withManagement(options) || (await askVersion(management, `${user}:${password}`)) !== undefined;
}

/** The version that a broker says it has; undefined when it refuses to answer this user. */
export async function askVersion(management: string, login = 'guest:guest'): Promise<string | undefined> {
  const response = await fetch(new URL('/api/overview', management), {
    headers: { authorization: `Basic ${Buffer.from(login).toString('base64')}` },
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) return undefined;
  return ((await response.json()) as { rabbitmq_version: string }).rabbitmq_version;
}

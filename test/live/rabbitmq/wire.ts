import { startProxy, type TcpProxy } from '../../brokers/rabbitmq-session/tcp-proxy.ts';

/** AMQP methods as they stand in a frame: class and method id. */
export const AMQP = {
  exchangeDeclare: '\x00\x28\x00\x0a',
  queueDeclare: '\x00\x32\x00\x0a',
  queueBind: '\x00\x32\x00\x14',
  queueDelete: '\x00\x32\x00\x28',
} as const;

/** Both ways to a broker, and its URLs by them. */
export interface Wires {
  readonly amqp: TcpProxy;
  readonly http: TcpProxy;
  readonly url: string;
  readonly management: string;
  close(): Promise<void>;
}

export async function startWires(broker: { url: string; management: string }): Promise<Wires> {
  const [amqp, http] = await Promise.all([startProxy(broker.url), startProxy(broker.management)]);
  return {
    amqp,
    http,
    url: `amqp://guest:guest@127.0.0.1:${amqp.port}`,
    management: `http://127.0.0.1:${http.port}`,
    close: async () => {
      await Promise.all([amqp.close(), http.close()]);
    },
  };
}

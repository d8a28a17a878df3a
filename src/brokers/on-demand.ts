import type { Provider } from '../model/index.ts';

/** How each broker is loaded, by its name: most projects need one of them. In the order of `providers`. */
export const LOADERS: Readonly<Record<string, () => Promise<Provider>>> = {
  rabbitmq: async () => (await import('./rabbitmq/index.ts')).rabbitmq,
  kafka: async () => (await import('./kafka/index.ts')).kafka,
  nats: async () => (await import('./nats/index.ts')).nats,
};

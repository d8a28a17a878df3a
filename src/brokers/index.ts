import type { Provider } from '../model/index.ts';
import { kafka } from './kafka/index.ts';
import { nats } from './nats/index.ts';
import { rabbitmq } from './rabbitmq/index.ts';

/** Every broker that brokerform knows. */
export const providers: readonly Provider[] = [rabbitmq, kafka, nats];

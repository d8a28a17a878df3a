import type { RabbitLine } from '../local/rabbitmq.ts';

/** What a run was asked to measure. */
export interface Settings {
  /** How many queues, streams or topics, from few to many. */
  readonly sizes: readonly number[];
  readonly line: RabbitLine;
}

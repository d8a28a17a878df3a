import amqp from 'amqplib';
import type { Shop } from './queues.ts';

/** Publishes so many persistent messages to the shop's queue, numbered in order. */
export async function fill({ url }: Shop, count: number): Promise<void> {
  const connection = await amqp.connect(url);
  const channel = await connection.createConfirmChannel();
  for (let i = 0; i < count; i++) {
    channel.publish('events', 'p0.x', Buffer.from(String(i)), { persistent: true });
  }
  await channel.waitForConfirms();
  await connection.close();
}

/** Takes all messages of a queue: their numbers, in order of arrival. */
export async function takeAll({ url }: Shop, queue = 'orders'): Promise<number[]> {
  const connection = await amqp.connect(url);
  const channel = await connection.createChannel();
  const numbers: number[] = [];
  for (;;) {
    const message = await channel.get(queue, { noAck: true });
    if (!message) break;
    numbers.push(Number(message.content.toString()));
  }
  await connection.close();
  return numbers;
}

export function numbersTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

import rhea, { type Connection, type EventContext, type Message, type ReceiverOptions } from 'rhea';

/** A client that speaks AMQP 1.0. RabbitMQ 4 keeps its messages as they are, and tells AMQP 0-9-1 clients of them. */
export class Amqp10Client {
  readonly #connection: Connection;

  private constructor(connection: Connection) {
    this.#connection = connection;
  }

  static async connect(url: string, vhost: string): Promise<Amqp10Client> {
    const { hostname, port, username, password } = new URL(url);
    const connection = rhea.create_container().connect({
      ...{ host: hostname, port: Number(port), username, password, reconnect: false },
      hostname: `vhost:${vhost}`,
    });
    await new Promise<void>((resolve, reject) => {
      connection.once('connection_open', () => resolve());
      connection.once('disconnected', ({ error }: EventContext) => reject(error));
    });
    return new Amqp10Client(connection);
  }

  /** Publishes, and waits until the broker has each of them. */
  async publish(exchange: string, key: string, messages: readonly Message[]): Promise<void> {
    const sender = this.#connection.open_sender({ target: `/exchanges/${exchange}/${key}` });
    await new Promise((resolve) => sender.once('sendable', resolve));
    const accepted = new Promise<void>((resolve, reject) => {
      let left = messages.length;
      sender.on('accepted', () => --left === 0 && resolve());
      for (const bad of ['rejected', 'released', 'sender_error'])
        sender.once(bad, () => reject(new Error(bad)));
    });
    for (const message of messages) sender.send(message);
    await accepted;
    sender.close();
  }

  /** Takes so many messages of a queue. */
  async take(queue: string, count: number): Promise<Message[]> {
    const options: ReceiverOptions = { source: `/queues/${queue}`, credit_window: 0, autoaccept: true };
    const receiver = this.#connection.open_receiver(options);
    const found: Message[] = [];
    const complete = new Promise<void>((resolve) => {
      receiver.on('message', ({ message }: EventContext) => {
        if (message && found.push(message) === count) resolve();
      });
    });
    receiver.add_credit(count);
    await complete;
    await new Promise((resolve) => {
      receiver.once('receiver_close', resolve);
      receiver.close();
    });
    return found;
  }

  async close(): Promise<void> {
    await new Promise((resolve) => {
      this.#connection.once('disconnected', resolve);
      this.#connection.once('connection_close', resolve);
      this.#connection.close();
    });
  }
}

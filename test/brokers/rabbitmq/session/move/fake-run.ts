import { vi } from 'vitest';
import type { RabbitCall } from '../../../../../src/brokers/rabbitmq/calls.ts';
import { moveNames } from '../../../../../src/brokers/rabbitmq/kinds/queue/move.ts';
import { AmqpRefusal } from '../../../../../src/brokers/rabbitmq/session/connection-errors.ts';
import type { MoveRun } from '../../../../../src/brokers/rabbitmq/session/move/run.ts';
import type { Transfer } from '../../../../../src/brokers/rabbitmq/session/move/transfer.ts';
import type { JsonObject } from '../../../../../src/model/index.ts';

const NAMES = ['orders', moveNames('orders').hold, moveNames('orders').park];

/** What a broker knows of the queue `orders`, and what was asked of it. */
export class FakeBroker {
  exists = true;
  /** The list of all queues has it; a single look does as long as it exists. */
  isListed = true;
  type = 'quorum';
  arguments: JsonObject = {};
  ready = 0;
  counts: JsonObject = { messages_ready: 0, messages_unacknowledged: 0 };
  readonly deleted: JsonObject[] = [];
  /** Queues, exchanges and policies that were deleted, and bindings that were made or removed. */
  readonly log: string[] = [];
  /** The request that the user may not send. */
  refuses = '';
  bindings: JsonObject[] = [];
  policies: Record<string, JsonObject[]> = { policies: [{ name: 'orders.brokerform-move' }] };
  /** Bindings that lead from the exchange back. */
  fromBack: JsonObject[] = [];
  onLook = () => {};
  /** While the run waits. */
  onTick = () => {};
  /** What the broker says that it deleted with a queue. */
  lost = 0;

  readonly transfer = {
    cancelled: false,
    inFlight: 0,
    moved: 0,
    fresh: 0,
    peak: 0,
    isIdle: () => this.transfer.inFlight === 0,
    wait: async () => pass(1),
  };

  get asTransfer(): Transfer {
    return this.transfer as unknown as Transfer;
  }

  run(more: JsonObject = {}): MoveRun {
    const item = () => ({ name: 'orders', type: this.type, arguments: this.arguments, ...this.counts });
    const ask = async (request: string) => {
      if (request === this.refuses) throw new AmqpRefusal('403', `access refused to ${request}`);
      throw new AmqpRefusal('406', 'bad request');
    };
    const channel = {
      consume: () => ask('consume'),
      assertQueue: () => ask('declare'),
      unbindQueue: (queue: string) => ask(`bind ${queue}`),
      checkQueue: async () => {
        if (!this.exists) throw new AmqpRefusal('404', "no queue 'orders' in vhost '/'");
        return { messageCount: this.ready, consumerCount: 1 };
      },
      deleteQueue: async (name: string, options: JsonObject = {}) => {
        if (options.ifEmpty && this.ready > 0) throw new AmqpRefusal('406', "queue 'orders' not empty");
        this.deleted.push(options);
        this.log.push(`delete queue ${name}`);
        return { messageCount: this.lost };
      },
    };
    const call = (_vhost: string, work: (one: typeof channel) => Promise<unknown>) => work(channel);
    const listings = {
      queue: async (_vhost: string, name: string) => {
        this.onLook();
        return this.exists ? { ...item(), name } : undefined;
      },
      ofVhost: async () => (this.exists && this.isListed ? NAMES.map((name) => ({ ...item(), name })) : []),
      bindingsTo: async () => this.bindings,
      bindingsFrom: async () => this.fromBack,
      ofVhostIfAllowed: async (what: string) => this.policies[what] ?? [],
    };
    const declare = {
      vhost: '/',
      name: 'orders',
      durable: true,
      autoDelete: false,
      arguments: { 'x-queue-type': this.type, ...this.arguments },
    };
    const run = {
      vhost: '/',
      queue: 'orders',
      target: 'main/queue/%2F/orders',
      names: moveNames('orders'),
      move: { declare, allowGap: false, ...more },
      do: async (made: RabbitCall) => void this.log.push(shown(made)),
      transfer: async () => ({ ...this.transfer, destroy: () => {} }),
      finish: async () => {},
      options: {
        listings,
        links: { call, callOnce: call },
        settings: { broker: 'main' },
        endpoint: {},
        broker: { version: '4.3.6' },
      },
      report: () => {},
      ready: async () => this.ready,
      tick: async () => {
        pass(20);
        this.onTick();
      },
      waitWith: async (_transfer: Transfer, _name: string, milliseconds: number) => pass(milliseconds),
      fail: (message: string) => {
        throw new Error(message);
      },
    };
    return run as unknown as MoveRun;
  }

  get queue() {
    const { type, arguments: args } = this;
    return { name: 'orders', type, durable: true, autoDelete: false, exclusive: false, arguments: args };
  }
}

function shown({ op, body }: RabbitCall): string {
  if (op === 'exchange.delete') return `delete exchange ${body.name}`;
  if (op === 'http.delete') return `delete ${body.path.join(' ')}`;
  if (op === 'http.put') return `put ${body.path[0]} of priority ${body.payload.priority}`;
  return 'source' in body ? `${op} ${body.source} ${body.destination}` : op;
}

function pass(milliseconds: number): void {
  vi.setSystemTime(Date.now() + milliseconds);
}

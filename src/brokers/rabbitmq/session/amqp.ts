import type { Channel, ChannelModel } from 'amqplib';
import { HttpPeer, OwnSockets, unlessHttp } from '../../../model/index.ts';
import {
  AmqpRefusal,
  BrokenConnection,
  describeAmqpFault,
  describeFault,
  NoAnswer,
  refusalOf,
} from './connection-errors.ts';
import type { Endpoint, RabbitSettings } from './settings.ts';

/** More connections than this at a time are closed when idle: each costs the broker a few hundred KiB. */
const CONNECTIONS = 16;

/** One connection, which belongs to one vhost, and its channels that are free. */
interface Link {
  readonly model: ChannelModel;
  readonly idle: Channel[];
  busy: number;
  /** Set when the broker has closed the connection because of a call on it. */
  broken?: BrokenConnection;
  closed: boolean;
}

/** A connection that stays open; `closed` resolves however it ends. */
export interface HeldLink {
  readonly closed: Promise<void>;
  close(): Promise<void>;
}

/**
 * AMQP connections, one a vhost, opened when first used. A call has a channel of its own while it runs, so that a
 * refusal, which closes the channel, hits no other call.
 */
export class AmqpLinks {
  readonly #settings: RabbitSettings;
  readonly #endpoint: Endpoint;
  readonly #links = new Map<string, Promise<Link>>();
  readonly #sockets = new OwnSockets();
  /** Closes a connection of {@link hold}. */
  readonly #held = new Set<() => Promise<void>>();
  /** Gives up what is still waited for. */
  readonly #waiting = new Set<(reason: Error) => void>();

  constructor(settings: RabbitSettings, endpoint: Endpoint) {
    this.#settings = settings;
    this.#endpoint = endpoint;
  }

  /**
   * Runs one call on a free channel of the vhost's connection.
   * @throws AmqpRefusal the broker's no to this call
   * @throws BrokenConnection the broker closed the connection because of this call or another one on it
   * @throws ConnectionError there is no connection, or it was lost
   */
  async call<T>(vhost: string, work: (channel: Channel) => Promise<T>): Promise<T> {
    return this.#run(await this.#linkOf(vhost), work);
  }

  /** As {@link call}, on a channel that is closed afterwards, with whatever was left on it. */
  async callOnce<T>(vhost: string, work: (channel: Channel) => Promise<T>): Promise<T> {
    return this.#run(await this.#linkOf(vhost), work, false);
  }

  /** As {@link call}, on a connection of its own: a BrokenConnection is this call's doing then. */
  async callAlone<T>(vhost: string, work: (channel: Channel) => Promise<T>): Promise<T> {
    const link = await this.#open(vhost);
    try {
      return await this.#run(link, work);
    } finally {
      await closeLink(link);
    }
  }

  /**
   * Opens a connection of its own that stays open after the work: what the broker keeps for a connection lives as long
   * as this one. No call on another connection can break it.
   * @param heartbeat seconds: twice that long, the broker waits for a client whose machine died
   * @throws as {@link call}; the connection is closed then
   */
  async hold(
    vhost: string,
    heartbeat: number,
    work: (channel: Channel) => Promise<unknown>,
  ): Promise<HeldLink> {
    let onClose = () => {};
    const closed = new Promise<void>((resolve) => {
      onClose = resolve;
    });
    const link = await this.#open(vhost, { onClose, heartbeat });
    const close = () => {
      this.#held.delete(close);
      return closeLink(link);
    };
    this.#held.add(close);
    try {
      await this.#run(link, work);
      return { closed, close };
    } catch (error) {
      await close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const links = [...this.#links.values()];
    this.#links.clear();
    // One that is still being opened may take its whole timeout.
    const held = [...this.#held].map((close) => close());
    await inTime(Promise.all([...held, ...links.map((link) => link.then(closeLink, () => {}))]));
    this.#sockets.destroy();
    for (const giveUp of this.#waiting) giveUp(new NoAnswer('was not waited for any longer'));
  }

  async #run<T>(link: Link, work: (channel: Channel) => Promise<T>, keep = true): Promise<T> {
    link.busy++;
    let channel: Channel | undefined;
    try {
      channel = (keep && link.idle.pop()) || (await this.#within(openChannel(link.model)));
      const result = await this.#within(work(channel));
      if (!keep) await this.#within(channel.close());
      else if (!link.closed) link.idle.push(channel);
      return result;
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal) throw refusal;
      if (link.broken) throw link.broken;
      if (error instanceof NoAnswer) channel?.close().catch(() => {});
      // What amqplib cannot encode was never sent: a fault of the call, not of the connection.
      if (error instanceof TypeError || error instanceof RangeError) throw new AmqpRefusal('', error.message);
      throw describeFault(this.#settings.broker, 'url', this.#endpoint, error, true);
    } finally {
      link.busy--;
    }
  }

  #linkOf(vhost: string): Promise<Link> {
    const known = this.#links.get(vhost);
    if (known) return known;
    const onClose = () => {
      if (this.#links.get(vhost) === opening) this.#links.delete(vhost);
    };
    const opening = this.#open(vhost, { onClose });
    this.#links.set(vhost, opening);
    opening.catch(() => this.#links.delete(vhost));
    void this.#closeSurplus();
    return opening;
  }

  async #closeSurplus(): Promise<void> {
    for (const [vhost, opening] of [...this.#links]) {
      if (this.#links.size <= CONNECTIONS) return;
      const link = await opening.catch(() => undefined);
      if (!link || link.busy > 0 || this.#links.get(vhost) !== opening) continue;
      this.#links.delete(vhost);
      await closeLink(link);
    }
  }

  async #open(
    vhost: string,
    { onClose, heartbeat }: { onClose?: () => void; heartbeat?: number } = {},
  ): Promise<Link> {
    const { connect } = await import('amqplib');
    const { host, port, tls, username, password } = this.#endpoint;
    const address = {
      protocol: tls ? 'amqps' : 'amqp',
      hostname: host,
      port,
      username,
      password,
      // amqplib decodes it as it would a part of a URL.
      vhost: encodeURIComponent(vhost.toWellFormed()),
      ...(heartbeat !== undefined && { heartbeat }),
    };
    const socket = {
      ...this.#settings.tls,
      noDelay: true,
      timeout: this.#settings.timeout,
      clientProperties: { connection_name: 'brokerform' },
    };
    let model: ChannelModel;
    try {
      const open = () => this.#sockets.run(() => this.#within(connect(address, socket)));
      model = await unlessHttp(tls ? [] : [{ host, port }], open);
    } catch (error) {
      if (error instanceof HttpPeer) {
        const cause = Object.assign(new Error(error.message), { rawPacket: Buffer.from('HTTP/') });
        throw describeFault(this.#settings.broker, 'url', this.#endpoint, cause);
      }
      throw await describeAmqpFault(this.#settings, this.#endpoint, vhost, error);
    }
    const link: Link = { model, idle: [], busy: 0, closed: false };
    // Both events come with every loss. Without a listener, `error` would end the process.
    model.on('error', (error) => {
      const refusal = refusalOf(error);
      if (refusal) link.broken = new BrokenConnection(refusal.code, refusal.message);
    });
    model.on('close', () => {
      link.closed = true;
      onClose?.();
    });
    return link;
  }

  #within<T>(work: Promise<T>): Promise<T> {
    const { timeout } = this.#settings;
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        this.#waiting.delete(giveUp);
      };
      const giveUp = (reason: Error) => {
        end();
        reject(reason);
      };
      const timer = setTimeout(() => giveUp(new NoAnswer(`did not answer within ${timeout} ms`)), timeout);
      this.#waiting.add(giveUp);
      work.then(resolve, reject).finally(end);
    });
  }
}

async function openChannel(model: ChannelModel): Promise<Channel> {
  const channel = await model.createChannel();
  // The call that waits for an answer gets the error as well.
  channel.on('error', () => {});
  return channel;
}

/** How long a polite goodbye may take; a broker that is gone never answers it. */
const GOODBYE = 1000;

async function closeLink(link: Link): Promise<void> {
  if (!link.closed) await inTime(link.model.close().catch(() => {}));
}

async function inTime(goodbye: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, GOODBYE);
  });
  await Promise.race([goodbye, late]);
  clearTimeout(timer);
}

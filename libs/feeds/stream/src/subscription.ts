import type { Channel } from '@keelson/contracts';
import type { ChannelFeed, Listener } from './channel-feed.ts';
import { FrameBatch, type Receiver } from './frame-batch.ts';
import type { TeamFeed } from './team-feed.ts';

export interface SubscriptionStart {
  /** Last offset that the client has; undefined: from now on. */
  readonly since?: number | undefined;
  /** The epoch that `since` belongs to. */
  readonly epoch?: string | undefined;
}

const PORTION_BYTES = 262_144;

/**
 * One client on one channel: first the past from Postgres, page by page, then live, without a hole or a repetition
 * between the two. Joining happens in the same turn of the event loop that finds the client level with the feed, and
 * whatever is at or below the client's own offset is left out.
 */
export class Subscription implements Listener {
  readonly #channel: Channel;
  readonly #team: TeamFeed;
  readonly #receiver: Receiver;
  #feed: ChannelFeed | undefined;
  /** The last offset that the client has. */
  #offset = 0;
  #ended = false;

  constructor(channel: Channel, team: TeamFeed, receiver: Receiver) {
    this.#channel = channel;
    this.#team = team;
    this.#receiver = receiver;
  }

  /** Answers `subscribed` (after a `resync` where `since` is of no use) and begins. Rejects when Postgres is away. */
  async start({ since, epoch }: SubscriptionStart): Promise<void> {
    const state = await this.#team.refresh();
    if (this.#ended) return;
    const last = state.last[this.#channel];
    const feed = this.#team.channel(this.#channel);
    this.#feed = feed;
    this.#offset = since ?? last;
    const useless = this.#uselessBecause(last, epoch);
    if (useless) return this.#joinAnew(feed, last, useless);
    this.#receiver.tell({ type: 'subscribed', channel: this.#channel, offset: last, epoch: this.#team.epoch });
    await this.#readThePast(feed);
  }

  /** Nothing is delivered after this. */
  end(): void {
    this.#ended = true;
    this.#feed?.leave(this);
  }

  deliver(batch: FrameBatch): void {
    const rest = batch.after(this.#offset);
    if (!rest) return;
    this.#offset = rest.last;
    this.#receiver.deliver(rest);
  }

  resync(offset: number, reason: string): void {
    this.#offset = offset;
    const where = { channel: this.#channel, offset, epoch: this.#team.epoch };
    this.#receiver.tell({ type: 'resync', ...where, reason });
    this.#receiver.tell({ type: 'subscribed', ...where });
  }

  async #readThePast(feed: ChannelFeed): Promise<void> {
    const generation = feed.generation;
    while (this.#offset < feed.delivered) {
      if (!(await this.#receiver.ready())) return;
      const after = this.#offset;
      const page = await this.#team.page(this.#channel, after, feed.delivered);
      if (this.#ended) return;
      if (feed.generation !== generation) break;
      const oldest = page[0]?.offset;
      if (oldest !== after + 1) {
        const kept = oldest === undefined ? 'none of them is retained' : `the oldest retained is ${oldest}`;
        return this.#joinAnew(feed, feed.delivered, `events after ${after} were asked for, ${kept}`);
      }
      await this.#deliverPage(new FrameBatch(page));
    }
    if (this.#ended) return;
    if (feed.generation === generation) feed.join(this);
    else this.#joinAnew(feed, feed.delivered, 'the event log is a new one');
  }

  /** A page of large events goes out piece by piece: a client that is behind must not count as one that is slow. */
  async #deliverPage(page: FrameBatch): Promise<void> {
    if (page.bytes.length <= PORTION_BYTES) return this.deliver(page);
    for (const frame of page.frames) {
      if (!(await this.#receiver.ready()) || this.#ended) return;
      this.deliver(new FrameBatch([frame]));
    }
  }

  #joinAnew(feed: ChannelFeed, offset: number, reason: string): void {
    this.resync(offset, reason);
    feed.join(this);
  }

  #uselessBecause(last: number, epoch: string | undefined): string | undefined {
    if (epoch !== undefined && epoch !== this.#team.epoch) return 'the epoch is another one than that of the event log';
    if (this.#offset > last) return `the last event is ${last}, ${this.#offset} has not happened`;
    return undefined;
  }
}

import { type Channel, channel as channelSchema, type EventFrame } from '@keelson/contracts';
import type { Id } from '@keelson/kernel';
import { ChannelFeed } from './channel-feed.ts';
import { SharedRun } from './shared-run.ts';
import type { LogState, StreamLog } from './stream.store.ts';

/** Events read in one go; a page of orders is about 125 KB. */
export const PAGE_SIZE = 250;

export interface TeamFeedParts {
  readonly teamId: Id;
  readonly log: StreamLog;
  readonly onReadFailure: (error: unknown) => void;
}

/** The channels of one team and the incarnation of its log that they belong to. */
export class TeamFeed {
  readonly #parts: TeamFeedParts;
  readonly #channels = new Map<Channel, ChannelFeed>();
  readonly #pages = new Map<string, Promise<readonly EventFrame[]>>();
  readonly #refresh = new SharedRun(() => this.#readState());
  #epoch: string | undefined;

  constructor(parts: TeamFeedParts) {
    this.#parts = parts;
  }

  /** Incarnation of the log; empty before the first `refresh`. */
  get epoch(): string {
    return this.#epoch ?? '';
  }

  /** The channel's feed; only after the first `refresh`. */
  channel(name: Channel): ChannelFeed {
    const feed = this.#channels.get(name);
    if (!feed) throw new Error(`The feed of ${name} is asked for before the log's state was read`);
    return feed;
  }

  /** Takes the frames of a hint; those of another incarnation make the feed look at the log again. */
  accept(frames: readonly EventFrame[]): void {
    if (!this.#epoch) return;
    if (frames.some((frame) => frame.epoch !== this.#epoch)) return this.#lookAgain();
    for (const [name, feed] of this.#channels) {
      const own = frames.filter((frame) => frame.channel === name);
      if (own.length > 0) feed.accept(own);
    }
  }

  /** Reads where the log stands, in a read that begins after this call, and starts to fetch what the feeds lack. */
  refresh(): Promise<LogState> {
    return this.#refresh.run();
  }

  /** A page of the past; clients that ask for the same one at the same time share it. */
  page(name: Channel, after: number, upTo: number): Promise<readonly EventFrame[]> {
    const key = `${name} ${after} ${upTo}`;
    let page = this.#pages.get(key);
    if (!page) {
      page = this.#readPage(name, after, upTo).finally(() => this.#pages.delete(key));
      this.#pages.set(key, page);
    }
    return page;
  }

  close(): void {
    for (const feed of this.#channels.values()) feed.close();
  }

  async #readPage(name: Channel, after: number, upTo: number): Promise<readonly EventFrame[]> {
    const frames = await this.#parts.log.eventsBetween(this.#parts.teamId, name, after, upTo, PAGE_SIZE);
    if (frames[0] && frames[0].epoch !== this.#epoch) {
      this.#lookAgain();
      throw new Error('The event log became another one while it was read; it is read again');
    }
    return frames;
  }

  #lookAgain(): void {
    this.refresh().catch(this.#parts.onReadFailure);
  }

  async #readState(): Promise<LogState> {
    const before = this.#deliveredOffsets();
    const state = await this.#parts.log.state(this.#parts.teamId);
    const isNewLog = this.#epoch !== undefined && this.#epoch !== state.epoch;
    this.#epoch = state.epoch;
    for (const name of channelSchema.options) {
      const last = state.last[name];
      const feed = this.#channels.get(name);
      if (!feed) this.#channels.set(name, this.#newFeed(name, last));
      else if (isNewLog) feed.restart(last, 'the event log is a new one');
      // Offsets that were delivered before the read began cannot be missing from it, unless the log was set back.
      else if (last < before[name]!) feed.restart(last, 'the event log was set back');
      else feed.reach(last);
    }
    return state;
  }

  #deliveredOffsets(): Partial<Record<Channel, number>> {
    return Object.fromEntries([...this.#channels].map(([name, feed]) => [name, feed.delivered]));
  }

  #newFeed(name: Channel, start: number): ChannelFeed {
    const read = (after: number, upTo: number) => this.page(name, after, upTo);
    return new ChannelFeed({ start, read, onReadFailure: this.#parts.onReadFailure });
  }
}

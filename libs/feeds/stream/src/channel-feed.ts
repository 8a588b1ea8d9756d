import type { EventFrame } from '@keelson/contracts';
import { FrameBatch } from './frame-batch.ts';

/** One who hears a channel live. */
export interface Listener {
  deliver(batch: FrameBatch): void;
  /** The events up to `offset` cannot be had any more; what follows will come. */
  resync(offset: number, reason: string): void;
}

export interface ChannelFeedParts {
  /** Last committed offset when the feed starts. */
  readonly start: number;
  /** Events with `after` < offset <= `upTo` in order, from Postgres; may be fewer than asked for. */
  readonly read: (after: number, upTo: number) => Promise<readonly EventFrame[]>;
  /** Told when a read failed; it is repeated until it works. */
  readonly onReadFailure: (error: unknown) => void;
}

/**
 * How long an early event waits for the one before it. Two workers that commit one after the other may hint in the
 * other order, a few milliseconds apart; a read of Postgres then would be for nothing.
 */
const GRACE_MS = 5;
const RETRY_MS = 250;
/** Early events kept in memory; what does not fit is read again from Postgres. */
const EARLY_LIMIT = 1_024;

/**
 * One channel of one team, live. Invariants: listeners get every offset once and in order; `delivered` never goes back
 * but by `restart`; at most one read of Postgres is under way; a hole that Postgres cannot fill ends in a resync.
 */
export class ChannelFeed {
  readonly #parts: ChannelFeedParts;
  readonly #listeners = new Set<Listener>();
  readonly #early = new Map<number, EventFrame>();
  #delivered: number;
  /** Highest offset known to be committed. */
  #committed: number;
  #timer: NodeJS.Timeout | undefined;
  #generation = 0;
  #filling = false;
  #closed = false;

  constructor(parts: ChannelFeedParts) {
    this.#parts = parts;
    this.#delivered = parts.start;
    this.#committed = parts.start;
  }

  /** The last offset that every listener has. */
  get delivered(): number {
    return this.#delivered;
  }
  /** Grows when the feed begins anew: what was read before is of another log. */
  get generation(): number {
    return this.#generation;
  }

  join(listener: Listener): void {
    this.#listeners.add(listener);
  }
  leave(listener: Listener): void {
    this.#listeners.delete(listener);
  }

  /** Takes events from a hint or a read, in any order, any number of times. */
  accept(frames: readonly EventFrame[]): void {
    const next: EventFrame[] = [];
    for (const frame of frames) {
      const expected = this.#delivered + next.length + 1;
      if (frame.offset > this.#committed) this.#committed = frame.offset;
      if (frame.offset === expected) next.push(frame);
      else if (frame.offset > expected && this.#early.size < EARLY_LIMIT) this.#early.set(frame.offset, frame);
    }
    this.#takeEarly(next);
    if (next.length > 0) this.#deliver(next);
    this.#catchUp();
  }

  /** Takes the news that an offset is committed, without the events. */
  reach(offset: number): void {
    if (offset > this.#committed) this.#committed = offset;
    this.#catchUp();
  }

  /** Begins anew at an offset of another log; listeners are told. */
  restart(offset: number, reason: string): void {
    this.#delivered = offset;
    this.#committed = offset;
    this.#generation += 1;
    this.#early.clear();
    for (const listener of this.#listeners) listener.resync(offset, reason);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #takeEarly(next: EventFrame[]): void {
    if (this.#early.size === 0) return;
    for (;;) {
      const frame = this.#early.get(this.#delivered + next.length + 1);
      if (!frame) break;
      next.push(frame);
    }
    for (const offset of this.#early.keys()) if (offset <= this.#delivered + next.length) this.#early.delete(offset);
  }

  #deliver(frames: readonly EventFrame[]): void {
    const batch = new FrameBatch(frames);
    this.#delivered = batch.last;
    for (const listener of this.#listeners) listener.deliver(batch);
  }

  #catchUp(): void {
    if (this.#committed === this.#delivered || this.#closed) return;
    if (this.#listeners.size > 0) this.#fillIn(GRACE_MS);
    else {
      // Nobody listens: whoever joins next reads the past by itself.
      this.#delivered = this.#committed;
      this.#early.clear();
    }
  }

  #fillIn(waitMs: number): void {
    if (this.#filling || this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#fill();
    }, waitMs);
  }

  /** Reads page after page until nothing is missing. Never rejects. */
  async #fill(): Promise<void> {
    this.#filling = true;
    let failed = false;
    try {
      while (this.#committed > this.#delivered && !this.#closed) await this.#fillPage();
    } catch (error) {
      failed = true;
      this.#parts.onReadFailure(error);
    } finally {
      this.#filling = false;
    }
    if (failed && !this.#closed) this.#fillIn(RETRY_MS);
  }

  async #fillPage(): Promise<void> {
    const after = this.#delivered;
    const upTo = this.#committed;
    const generation = this.#generation;
    const page = await this.#parts.read(after, upTo);
    // A restart meanwhile makes the page one of another log.
    if (this.#generation !== generation) return;
    // A hint may have moved the feed meanwhile; only what is missing now counts.
    if (this.#delivered !== after) return this.accept(page);
    const oldest = page[0]?.offset ?? upTo + 1;
    if (oldest > after + 1) this.#skipTo(oldest - 1);
    this.accept(page);
  }

  #skipTo(offset: number): void {
    const lost = `events ${this.#delivered + 1} to ${offset} are no longer retained`;
    this.#delivered = offset;
    for (const listener of this.#listeners) listener.resync(offset, lost);
  }
}

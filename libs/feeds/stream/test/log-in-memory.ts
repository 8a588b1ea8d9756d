import { type Channel, channel as channelSchema, type EventFrame } from '@keelson/contracts';
import { newId } from '@keelson/kernel';
import type { LogState, StreamLog } from '../src/stream.store.ts';

/** An event log whose reads end when the test says so: every interleaving of commits, hints and reads can be had. */
export class LogInMemory implements StreamLog {
  epoch = newId();
  readonly frames: EventFrame[] = [];
  readonly #waiting: (() => void)[] = [];
  /** Reads answer at once when true. */
  immediate = false;
  oldest = 1;
  /** Reads fail while true, as when Postgres is away. */
  away = false;

  commit(channel: Channel): EventFrame {
    const offset = this.lastOf(channel) + 1;
    const data = { at: '2026-11-21T10:00:00.000Z', number: offset };
    const frame: EventFrame = { type: 'event', channel, offset, epoch: this.epoch, event: 'order.accepted', data };
    this.frames.push(frame);
    return frame;
  }

  lastOf(channel: Channel): number {
    return this.frames.filter((frame) => frame.channel === channel).length;
  }

  /** Ends one read that waits, oldest first or any other by `pick`; false when none does. */
  answerOne(pick: number): boolean {
    if (this.#waiting.length === 0) return false;
    this.#waiting.splice(pick % this.#waiting.length, 1)[0]!();
    return true;
  }

  async state(): Promise<LogState> {
    // Postgres takes its snapshot somewhere between question and answer: here when the question arrives.
    const last = Object.fromEntries(channelSchema.options.map((name) => [name, this.lastOf(name)]));
    const state = { epoch: this.epoch, last: last as LogState['last'] };
    await this.#wait();
    return state;
  }

  async eventsBetween(_teamId: string, channel: Channel, after: number, upTo: number, limit: number) {
    const rows = this.frames.filter(
      (frame) => frame.channel === channel && frame.offset > Math.max(after, this.oldest - 1) && frame.offset <= upTo,
    );
    await this.#wait();
    return rows.slice(0, limit);
  }

  async #wait(): Promise<void> {
    if (this.away) throw new Error('the log is away');
    if (!this.immediate) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}

import type { Clock } from '@keelson/kernel';
import type { Venue } from './venue.ts';

const DAY_MS = 86_400_000;

/** Ends the venue's day at midnight UTC: orders that stand for a day expire, also those that it missed while it was down. */
export class DayEnd {
  readonly #venue: Venue;
  readonly #clock: Clock;
  #timer: NodeJS.Timeout | undefined;

  constructor(venue: Venue, clock: Clock) {
    this.#venue = venue;
    this.#clock = clock;
  }

  start(): void {
    const now = this.#clock.now().getTime();
    const midnight = now - (now % DAY_MS);
    void this.#venue.endDay(new Date(midnight));
    this.#timer = setTimeout(() => this.start(), midnight + DAY_MS - now);
    this.#timer.unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

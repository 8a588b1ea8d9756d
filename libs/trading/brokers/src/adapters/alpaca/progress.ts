import { Decimal } from '@keelson/kernel';
import type { BrokerReport } from '../../broker.port.ts';
import { cursorText, eventDigest, OVERLAP_MS, type Place } from './cursor.ts';
import type { AlpacaOrder } from './parse.ts';
import { hasEnded } from './reports.ts';

type OnReport = (report: BrokerReport, cursor: string) => Promise<void>;

/** What is known of an order that has not ended. */
interface OpenOrder {
  readonly submittedAt: number;
  /** Filled so far, by the events handed over. */
  filled: Decimal;
}

/**
 * What a stream has handed over: which events, how far each open order has filled, and the cursor that follows from it.
 * Lives as long as the stream, over any number of connections.
 */
export class Progress {
  readonly #onReport: OnReport;
  readonly #open = new Map<string, OpenOrder>();
  readonly #seen: Map<string, number>;
  #at: number;
  #ordersFrom: number;
  /** True while the past is being looked through: until that is done, the next start must look through it again. */
  #catchingUp = true;

  constructor(place: Place, onReport: OnReport) {
    this.#onReport = onReport;
    this.#at = place.at;
    this.#ordersFrom = place.ordersFrom;
    this.#seen = new Map(place.seen);
  }

  /** From when on orders have to be asked for, to miss nothing. */
  get ordersFrom(): Date {
    return new Date(this.#ordersFrom);
  }

  /** From when on events may not have been handed over. */
  get eventsFrom(): number {
    return Math.max(0, this.#at - OVERLAP_MS);
  }

  /** True when what this stream has heard of the order begins before the event in hand. */
  knows(order: AlpacaOrder): boolean {
    return this.#open.has(order.id);
  }

  filledOf(order: AlpacaOrder): Decimal {
    return this.#open.get(order.id)?.filled ?? new Decimal(0);
  }

  /** Keeps in mind how an order is shown, once its events are handed over; one that has ended is forgotten. */
  note(order: AlpacaOrder): void {
    if (hasEnded(order)) {
      this.#open.delete(order.id);
      return;
    }
    const filled = Decimal.max(this.filledOf(order), order.filled_qty);
    this.#open.set(order.id, { submittedAt: Date.parse(order.submitted_at ?? order.created_at), filled });
  }

  /** Hands an event over unless it was before. */
  async hand(report: BrokerReport): Promise<void> {
    const digest = eventDigest(report.payload.venueEventId);
    // Longer names are not of this platform, and have no room in a message.
    if (this.#seen.has(digest) || report.payload.clientOrderId.length > 64) return;
    const moment = Date.parse(report.payload.at);
    const at = Math.max(this.#at, moment);
    const seen = new Map(this.#seen).set(digest, moment);
    await this.#onReport(report, cursorText({ at, ordersFrom: this.#oldestOpen(at), seen }));
    this.#at = at;
    this.#seen.set(digest, moment);
    this.#forgetOld();
  }

  /** A connection begins: what happened before it is not known yet. */
  catchUp(): void {
    this.#ordersFrom = this.#oldestOpen(this.#at);
    this.#catchingUp = true;
  }

  /** Every order of the past was looked at: from now on the oldest that is still open is where to begin. */
  caughtUp(): void {
    this.#catchingUp = false;
  }

  #oldestOpen(at: number): number {
    if (this.#catchingUp) return this.#ordersFrom;
    let oldest = at - OVERLAP_MS;
    for (const { submittedAt } of this.#open.values()) oldest = Math.min(oldest, submittedAt);
    return Math.max(0, Math.min(oldest, at));
  }

  /** What lies before the overlap is not asked for again, so it need not be told apart. */
  #forgetOld(): void {
    for (const [digest, moment] of this.#seen) if (moment < this.eventsFrom) this.#seen.delete(digest);
  }
}

import type { PlannedSend } from './load-shape.ts';

/** What became of one signal. Times are milliseconds of one clock; undefined is "did not happen". */
export interface SignalRecord {
  readonly send: PlannedSend;
  /** Scheduled instant: latencies count from here, so that a generator that lags can't hide it. */
  readonly dueAt: number;
  readonly sentAt: number;
  acceptedAt: number | undefined;
  endedAt: number | undefined;
  outcome: string | undefined;
}

/** Pairs answers and frames with the signals that were sent. A frame may well come before its answer was read. */
export class Tally {
  readonly records: SignalRecord[] = [];
  /** Terminal frames beyond the first of a signal. */
  doubled = 0;
  /** Offsets skipped between two frames of the channel. */
  missed = 0;
  readonly #bySignal = new Map<string, SignalRecord>();
  readonly #early = new Map<string, { outcome: string; at: number }>();
  #lastOffset: number | undefined;
  #unended = 0;

  /** Accepted signals whose end was not seen yet. */
  get unended(): number {
    return this.#unended;
  }

  sent(send: PlannedSend, dueAt: number, sentAt: number): SignalRecord {
    const record = { send, dueAt, sentAt, acceptedAt: undefined, endedAt: undefined, outcome: undefined };
    this.records.push(record);
    return record;
  }

  accepted(record: SignalRecord, signalId: string, at: number): void {
    // The same signal id for two bodies would be a wrong deduplication: the second has no end of its own and is lost.
    if (this.#bySignal.has(signalId)) this.doubled += 1;
    record.acceptedAt = at;
    this.#bySignal.set(signalId, record);
    this.#unended += 1;
    const early = this.#early.get(signalId);
    if (!early) return;
    this.#early.delete(signalId);
    this.#end(record, early.outcome, early.at);
  }

  /** A terminal frame. Those of signals that others sent stay in `#early` and count for nothing. */
  ended(signalId: string, outcome: string, at: number): void {
    const record = this.#bySignal.get(signalId);
    if (record?.outcome !== undefined || this.#early.has(signalId)) this.doubled += 1;
    else if (record) this.#end(record, outcome, at);
    else this.#early.set(signalId, { outcome, at });
  }

  /** Each frame of the channel, terminal or not: offsets have no gaps. */
  offset(offset: number): void {
    if (this.#lastOffset !== undefined) this.missed += Math.max(0, offset - this.#lastOffset - 1);
    this.#lastOffset = offset;
  }

  #end(record: SignalRecord, outcome: string, at: number): void {
    record.outcome = outcome;
    record.endedAt = at;
    this.#unended -= 1;
  }
}

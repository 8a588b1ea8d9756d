import type { EventFrame } from '@keelson/contracts';
import type { StreamClient } from '@keelson/stream';
import { now } from '../flow/alert.ts';
import { isTerminal } from '../flow/stream.ts';

/** A terminal frame of one of our signals. */
export interface Ending {
  readonly event: string;
  readonly clientOrderId: string | undefined;
  readonly arrivedAt: number;
}

/** Collects terminal frames from a stream and counts what is missing between their offsets. */
export class FrameCollector {
  readonly endings = new Map<string, Ending>();
  /** Terminal frames beyond the first of a signal. */
  doubled = 0;
  /** Offsets that were never seen between the first and the last frame. */
  missed = 0;
  #last: number | undefined;

  async follow(client: StreamClient): Promise<void> {
    for await (const frame of client) this.take(frame);
  }

  take(frame: EventFrame): void {
    if (this.#last !== undefined) this.missed += Math.max(0, frame.offset - this.#last - 1);
    this.#last = frame.offset;
    const signalId = frame.data.signal_id;
    if (signalId === undefined || !isTerminal(frame)) return;
    if (this.endings.has(signalId)) {
      this.doubled += 1;
      return;
    }
    const order = frame.data['client_order_id'];
    this.endings.set(signalId, {
      event: frame.event,
      clientOrderId: typeof order === 'string' ? order : undefined,
      arrivedAt: now(),
    });
  }

  /** Events up to this offset can't be had any more. */
  lost(offset: number): void {
    this.missed += Math.max(0, offset - (this.#last ?? offset));
    this.#last = offset;
  }
}

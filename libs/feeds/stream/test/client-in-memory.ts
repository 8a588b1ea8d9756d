import type { Channel, EventFrame, ServerFrame } from '@keelson/contracts';
import type { FrameBatch, Receiver } from '../src/frame-batch.ts';

/** A client that writes down everything it is told. */
export class ClientInMemory implements Receiver {
  readonly events: EventFrame[] = [];
  readonly told: ServerFrame[] = [];

  deliver(batch: FrameBatch): void {
    this.events.push(...batch.frames);
  }
  tell(frame: ServerFrame): void {
    this.told.push(frame);
  }
  ready(): Promise<boolean> {
    return Promise.resolve(true);
  }

  /** Waits until the client has the offset on `orders`; throws with what it has when that takes too long. */
  async reach(offset: number, withinMs = 5_000): Promise<void> {
    const end = Date.now() + withinMs;
    while ((this.offsets('orders').at(-1) ?? 0) < offset) {
      if (Date.now() > end) throw new Error(`${offset} did not come, only ${this.offsets('orders').join(' ')}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  offsets(channel: Channel): number[] {
    return this.events.filter((frame) => frame.channel === channel).map((frame) => frame.offset);
  }
}

/** From `first` to `last`, both included. */
export function range(first: number, last: number): number[] {
  return Array.from({ length: Math.max(last - first + 1, 0) }, (_, index) => first + index);
}

import type { Channel, EventFrame, ServerFrame } from '@keelson/contracts';
import { invariant } from '@keelson/kernel';

const FINAL_TEXT_FRAME = 0x81;
const LENGTH_IN_TWO_BYTES = 126;
const LENGTH_IN_EIGHT_BYTES = 127;

/** One WebSocket text message as the bytes that a server puts on the wire (RFC 6455, unmasked, uncompressed). */
export function textMessage(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const headerBytes = length < LENGTH_IN_TWO_BYTES ? 2 : length <= 0xffff ? 4 : 10;
  const bytes = Buffer.allocUnsafe(headerBytes + length);
  bytes[0] = FINAL_TEXT_FRAME;
  if (headerBytes === 2) bytes[1] = length;
  else if (headerBytes === 4) {
    bytes[1] = LENGTH_IN_TWO_BYTES;
    bytes.writeUInt16BE(length, 2);
  } else {
    bytes[1] = LENGTH_IN_EIGHT_BYTES;
    bytes.writeBigUInt64BE(BigInt(length), 2);
  }
  bytes.write(text, headerBytes);
  return bytes;
}

/**
 * Consecutive events of one channel. Whoever asks first for the bytes pays for them; all clients of a team then share
 * one buffer, and a client gets a batch in one write.
 */
export class FrameBatch {
  readonly frames: readonly EventFrame[];
  #bytes: Buffer | undefined;

  constructor(frames: readonly EventFrame[]) {
    invariant(frames.length > 0, 'A batch has at least one frame');
    this.frames = frames;
  }

  get channel(): Channel {
    return this.frames[0]!.channel;
  }
  get first(): number {
    return this.frames[0]!.offset;
  }
  get last(): number {
    return this.frames.at(-1)!.offset;
  }

  /** The events as WebSocket messages, ready for the socket. */
  get bytes(): Buffer {
    this.#bytes ??= Buffer.concat(this.frames.map((frame) => textMessage(JSON.stringify(frame))));
    return this.#bytes;
  }

  /** What comes after an offset: this very batch when that is all of it, undefined when it is nothing. */
  after(offset: number): FrameBatch | undefined {
    if (offset < this.first) return this;
    if (offset >= this.last) return undefined;
    return new FrameBatch(this.frames.filter((frame) => frame.offset > offset));
  }
}

/** Where a client's frames go: a WebSocket in the gateway. */
export interface Receiver {
  /** Events, in order; must not throw. */
  deliver(batch: FrameBatch): void;
  /** Anything but events. */
  tell(frame: ServerFrame): void;
  /** Resolves when the next page of a catch-up fits; false when the client is gone. */
  ready(): Promise<boolean>;
}

import { describe, expect, it } from '@jest/globals';
import type { EventFrame } from '@keelson/contracts';
import { FrameBatch, textMessage } from '../src/frame-batch.ts';

const frame = (offset: number): EventFrame => ({
  type: 'event',
  channel: 'orders',
  offset,
  epoch: 'e',
  event: 'order.accepted',
  data: { at: '2026-11-21T10:00:00.000Z', note: 'ü€' },
});

/** Header and text of the first message in the bytes of a server, by RFC 6455 section 5.2. */
function read(bytes: Buffer): { first: number; text: string; rest: Buffer } {
  const short = bytes[1]!;
  const [length, start] =
    short < 126 ? [short, 2] : short === 126 ? [bytes.readUInt16BE(2), 4] : [Number(bytes.readBigUInt64BE(2)), 10];
  return {
    first: bytes[0]!,
    text: bytes.subarray(start, start + length).toString('utf8'),
    rest: bytes.subarray(start + length),
  };
}

describe('textMessage', () => {
  it.each([0, 1, 125, 126, 65_535, 65_536, 200_000])('frames a text of %i bytes', (length) => {
    const message = read(textMessage('x'.repeat(length)));
    expect(message).toEqual({ first: 0x81, text: 'x'.repeat(length), rest: Buffer.alloc(0) });
  });
});

describe('FrameBatch', () => {
  it('holds one message per event', () => {
    const { bytes } = new FrameBatch([frame(7), frame(8)]);
    const first = read(bytes);
    const second = read(first.rest);
    expect([first, second].map(({ text }) => JSON.parse(text) as unknown)).toEqual([frame(7), frame(8)]);
    expect(second.rest).toHaveLength(0);
  });

  it('is cut at an offset, and shared where nothing is cut', () => {
    const batch = new FrameBatch([frame(7), frame(8), frame(9)]);
    expect(batch.after(6)).toBe(batch);
    expect(batch.after(8)?.frames.map(({ offset }) => offset)).toEqual([9]);
    expect(batch.after(9)).toBeUndefined();
  });
});

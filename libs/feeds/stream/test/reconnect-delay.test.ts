import { describe, expect, it } from '@jest/globals';
import { reconnectDelay } from '../src/reconnect-delay.ts';

describe('reconnectDelay', () => {
  it('doubles from one second to thirty at most', () => {
    const longest = [0, 1, 2, 3, 4, 5, 6, 50].map((failures) => reconnectDelay(failures, () => 1));
    expect(longest).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('waits between half and all of the step', () => {
    expect(reconnectDelay(2, () => 0)).toBe(2_000);
    expect(reconnectDelay(2, () => 0.5)).toBe(3_000);
  });
});

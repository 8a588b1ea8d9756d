/** Chance that is the same for the same seed, for ever. */
export interface Random {
  /** From 0 to below 1. */
  next(): number;
  /** About a normal distribution, with mean 0 and deviation 1. */
  bell(): number;
  /** A whole number from `from` to `to`, both included. */
  whole(from: number, to: number): number;
}

/** mulberry32, and the sum of twelve for the bell. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    next,
    bell: () => Array.from({ length: 12 }, next).reduce((sum, one) => sum + one, -6),
    whole: (from, to) => from + Math.floor(next() * (to - from + 1)),
  };
}

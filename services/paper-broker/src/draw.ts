/**
 * Seeded chance without a stream of numbers: a draw is a pure function of the seed and of what it decides. The same seed
 * thus gives the same result whatever the order of arrival, and a restart needs to remember nothing.
 */
export function draw(seed: number, purpose: string, subject: string, index = 0): number {
  return hash(`${seed}/${purpose}/${subject}/${index}`) / 2 ** 32;
}

/** A draw as an integer from `least` to `most`, both included. */
export function drawInteger(least: number, most: number, unit: number): number {
  return least + Math.floor(unit * (most - least + 1));
}

/** FNV-1a, then the finaliser of MurmurHash3: FNV alone leaves neighbouring texts with neighbouring high bits. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let position = 0; position < text.length; position += 1) {
    state = Math.imul(state ^ text.charCodeAt(position), 0x01000193);
  }
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}

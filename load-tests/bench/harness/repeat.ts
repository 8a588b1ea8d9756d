import { percentile } from './percentile.ts';
import type { ResultRow } from './result.ts';

/** Milliseconds that some work takes, several times one after the other. */
export async function repeat(times: number, work: (turn: number) => Promise<number>): Promise<number[]> {
  const found: number[] = [];
  for (let turn = 0; turn < times; turn += 1) found.push(await work(turn));
  return found;
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** A row for the median of some runs, with their spread. */
export function secondsRow(what: string, milliseconds: readonly number[], boundSeconds: number): ResultRow {
  const seconds = milliseconds.map((ms) => ms / 1_000);
  const [middle, worst] = [percentile(seconds, 50), Math.max(...seconds)];
  return {
    what,
    must: `median ≤ ${boundSeconds} s`,
    measured: `${middle.toFixed(2)} s (${Math.min(...seconds).toFixed(2)} to ${worst.toFixed(2)}, ${seconds.length} runs)`,
    met: middle <= boundSeconds,
  };
}

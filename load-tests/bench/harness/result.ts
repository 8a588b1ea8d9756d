import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { repository } from './stack.ts';

/** One line of docs/benchmarks.md: a number, what it must be, and whether it is. */
export const resultRow = z.strictObject({
  what: z.string().min(1),
  /** Text as in the page, e.g. "p95 ≤ 10 ms". */
  must: z.string().min(1),
  measured: z.string().min(1),
  met: z.boolean(),
});
export type ResultRow = z.infer<typeof resultRow>;

const value = z.union([z.string(), z.number(), z.boolean()]);

/** A benchmark's run, as it is committed. */
export const benchResult = z.strictObject({
  name: z.string().regex(/^[a-z-]+$/),
  question: z.string().min(1),
  command: z.string().min(1),
  at: z.iso.datetime(),
  seconds: z.number(),
  sha: z.string(),
  /** True when files of the repository differed from that commit. */
  dirty: z.boolean(),
  machine: z.string().min(1),
  seed: z.int(),
  load: z.strictObject({
    /** 1-minute load average before the run. */
    average: z.number(),
    /** Percent of one core in use before the run. */
    busyPercent: z.number(),
    quiet: z.boolean(),
  }),
  /** What makes the numbers honest, read from the running system and asserted. */
  conditions: z.record(z.string(), value),
  rows: z.array(resultRow).min(1),
  /** Further numbers by section, e.g. CPU by process. */
  details: z.record(z.string(), z.record(z.string(), value)),
});
export type BenchResult = z.infer<typeof benchResult>;

export const resultsFolder = join(repository, 'load-tests', 'results');

/** A row whose value must not exceed a bound. */
export function atMost(
  what: string,
  label: string,
  measured: number,
  bound: number,
  unit: string,
  digits = 1,
): ResultRow {
  const prefix = label === '' ? '' : `${label} `;
  return {
    what,
    must: `${prefix}≤ ${bound} ${unit}`,
    measured: `${measured.toFixed(digits)} ${unit}`,
    met: measured <= bound,
  };
}

/** A row whose value must reach a bound. */
export function atLeast(what: string, measured: number, bound: number, unit: string): ResultRow {
  return { what, must: `≥ ${bound} ${unit}`, measured: `${Math.floor(measured)} ${unit}`, met: measured >= bound };
}

/** A row that counts something which must not happen. */
export function none(what: string, counts: Readonly<Record<string, number>>): ResultRow {
  const names = Object.keys(counts);
  return {
    what,
    must: names.map((name) => `0 ${name}`).join(', '),
    measured: names.map((name) => `${counts[name]} ${name}`).join(', '),
    met: Object.values(counts).every((count) => count === 0),
  };
}

/** What stands in place of a bound where none was set. */
export const NO_BOUND = 'no bound';

/** A row that no bound was set for: it is told for what it explains. */
export function told(what: string, measured: string): ResultRow {
  return { what, must: NO_BOUND, measured, met: true };
}

/** Keeps one result of each seed; that of the first has the plain name. */
export function writeResult(result: BenchResult): string {
  const checked = benchResult.parse(result);
  mkdirSync(resultsFolder, { recursive: true });
  const file = join(resultsFolder, `${checked.name}${checked.seed === 1 ? '' : `.seed-${checked.seed}`}.json`);
  writeFileSync(file, `${JSON.stringify(checked, null, 2)}\n`);
  return file;
}

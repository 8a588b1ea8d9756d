import { type FileTallies, type JestOutcome, type JestRun, runJest, sumOf } from './jest.ts';
import type { Tally } from './tally.ts';

/** More files than this that fail together are no accident of a busy machine. */
const MOST_FILES = 3;

export interface ForgivingRun {
  readonly tally: Tally;
  /** Files that failed beside the others and passed alone: reported, never silent. */
  readonly unsteady: readonly string[];
}

/**
 * Runs test files, which wait for real servers, clocks and processes, and runs the few that failed once more, one after
 * the other with nothing beside them: what fails twice is a fault, what passes alone is named as unsteady, so that
 * somebody makes it steady. A jest that failed by itself gets no second run.
 */
export async function runForgiving(
  run: JestRun,
  jest: (run: JestRun) => Promise<JestOutcome> = runJest,
): Promise<ForgivingRun> {
  const first = await jest(run);
  const failed = failedIn(first.files);
  if (first.broken || failed.length === 0 || failed.length > MOST_FILES) return { tally: countOf(first), unsteady: [] };
  const second = await jest({ ...run, files: failed, inBand: true, coverageFolder: undefined });
  // A file that the second run says nothing of keeps its failure.
  const files = new Map([...first.files, ...second.files]);
  return {
    tally: countOf({ files, broken: second.broken }),
    unsteady: failed.filter((file) => files.get(file)!.failed === 0),
  };
}

function failedIn(files: FileTallies): string[] {
  return [...files].filter(([, { failed }]) => failed > 0).map(([file]) => file);
}

function countOf({ files, broken }: JestOutcome): Tally {
  const sum = sumOf(files);
  return broken ? { ...sum, failed: sum.failed + 1 } : sum;
}

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { add, nothing, type Tally } from './tally.ts';

const report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ status: z.string() })),
    }),
  ),
});

/** What became of each test file, by its path below the repository. */
export type FileTallies = ReadonlyMap<string, Tally>;

export interface JestOutcome {
  readonly files: FileTallies;
  /** Jest itself failed: with all tests passed, as by a broken set-up, or it did not end, as by an open handle. */
  readonly broken: boolean;
}

/** One more than there are cores: the tests wait for stores and processes more than they compute. */
const MAX_WORKERS = availableParallelism() + 1;

export interface JestRun {
  readonly repository: string;
  readonly files: readonly string[];
  /** One after the other, for files that each want the machine for themselves. */
  readonly inBand: boolean;
  /** Folder for the coverage of this run; none is measured without it. */
  readonly coverageFolder: string | undefined;
  readonly environment: NodeJS.ProcessEnv;
}

function argumentsFor(run: JestRun, outputFile: string): string[] {
  const coverage = [
    '--coverage',
    '--coverageProvider=v8',
    '--coverageReporters=json',
    '--collectCoverageFrom=libs/*/*/src/**/*.ts',
    // Runs partly in the processes that serve the tests, where nobody counts.
    '--collectCoverageFrom=!libs/base/testkit/**',
    `--coverageDirectory=${run.coverageFolder}`,
  ];
  return [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    'node_modules/jest/bin/jest.js',
    '--config=jest.config.ts',
    '--json',
    `--outputFile=${outputFile}`,
    ...(run.inBand ? ['--runInBand'] : [`--maxWorkers=${MAX_WORKERS}`]),
    ...(run.coverageFolder === undefined ? [] : coverage),
    '--runTestsByPath',
    ...run.files,
  ];
}

/** Runs test files with jest; what it says goes to stderr as it comes. A file that can't be loaded counts as one failure. */
export async function runJest(run: JestRun): Promise<JestOutcome> {
  const folder = mkdtempSync(join(tmpdir(), 'keelson-test-'));
  const outputFile = join(folder, 'report.json');
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      const child = spawn(process.execPath, argumentsFor(run, outputFile), {
        cwd: run.repository,
        env: run.environment,
        // The report that --json puts on stdout is in the file as well.
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      const watch = endWhenDone(child, outputFile);
      child.once('error', reject);
      child.once('close', (exit) => {
        clearInterval(watch);
        resolve(exit);
      });
    });
    const files = talliesIn(outputFile, run.repository);
    // Without an exit code it was killed, as it hung: that is no accident of one of its tests.
    return { files, broken: code === null || (code !== 0 && sumOf(files).failed === 0) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** How long jest may live after its report: tear-down takes two seconds at most. */
const PATIENCE_MS = 20_000;

/**
 * A test that leaves a connection or a timer open keeps jest alive for ever. The report is written by then, so the
 * process is ended and the stage counts as failed: what hangs here hangs in a service as well.
 */
function endWhenDone(child: ChildProcess, outputFile: string): NodeJS.Timeout {
  let reported: number | undefined;
  return setInterval(() => {
    if (!existsSync(outputFile)) return;
    reported ??= Date.now();
    if (Date.now() - reported < PATIENCE_MS) return;
    process.stderr.write(
      'A test left something open, so that jest did not end. Fix: jest --detectOpenHandles names it\n',
    );
    child.kill('SIGKILL');
  }, 500);
}

export function sumOf(files: FileTallies): Tally {
  return [...files.values()].reduce(add, nothing);
}

function talliesIn(outputFile: string, repository: string): FileTallies {
  let text: string;
  try {
    text = readFileSync(outputFile, 'utf8');
  } catch (error) {
    // Jest ended before it could report; its exit code tells that it failed.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Map();
    throw error;
  }
  return new Map(
    report.parse(JSON.parse(text)).testResults.map(({ name, status, assertionResults }) => {
      const count = (...wanted: string[]): number =>
        assertionResults.filter((test) => wanted.includes(test.status)).length;
      const failed = Math.max(count('failed'), status === 'failed' ? 1 : 0);
      const tally = { passed: count('passed'), failed, skipped: count('pending', 'todo', 'skipped', 'disabled') };
      return [relative(repository, name), tally] as const;
    }),
  );
}

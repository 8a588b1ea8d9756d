import { cpus, loadavg, release, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { mustRun } from './command.ts';
import { busyPercent, cpuSnapshot } from './cpu.ts';
import { repository } from './stack.ts';

/** Percent of one core that may be in use before a run: the stack itself, idle, needs some of it. */
const QUIET_BELOW_PERCENT = 40;
const SAMPLE_MS = 2_000;
const WAIT_FOR_QUIET_MS = 20_000;

/** "2 × AMD EPYC, 23 GiB, Linux 6.1, Node 24.21.0": no name of a host in it. */
export function machine(): string {
  const cores = cpus();
  const model = cores[0]?.model.trim() ?? 'unknown processor';
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cores.length} × ${model}, ${memory} GiB, Linux ${release()}, Node ${process.versions.node}`;
}

export async function commit(): Promise<{ sha: string; dirty: boolean }> {
  const git = (words: string[]) => mustRun('git', words, { cwd: repository });
  const sha = (await git(['rev-parse', '--short=10', 'HEAD'])).trim();
  // Results of the benchmarks before this one are no change of what is measured.
  const changed = await git(['status', '--porcelain', '--', '.', ':!load-tests/results', ':!docs/benchmarks.md']);
  return { sha, dirty: changed.trim() !== '' };
}

export interface Load {
  readonly average: number;
  readonly busyPercent: number;
  readonly quiet: boolean;
}

async function busyNow(): Promise<number> {
  const before = cpuSnapshot();
  await sleep(SAMPLE_MS);
  return Math.round(busyPercent(before, cpuSnapshot()));
}

/**
 * Waits a while for the machine to be quiet. The CPU in use now decides: the load average still holds the minute
 * before, which may have been the benchmark before this one.
 */
export async function loadBefore(): Promise<Load> {
  const until = Date.now() + WAIT_FOR_QUIET_MS;
  for (;;) {
    const busy = await busyNow();
    const quiet = busy <= QUIET_BELOW_PERCENT;
    if (quiet || Date.now() > until)
      return { average: Math.round((loadavg()[0] ?? 0) * 100) / 100, busyPercent: busy, quiet };
  }
}

import { readdirSync, readFileSync } from 'node:fs';

/** Linux reports CPU time in hundredths of a second to every program. */
const MS_PER_TICK = 10;

interface ProcessTimes {
  readonly parent: number;
  /** Its own time, and that of children which ended and were waited for. */
  readonly ms: number;
}

/** CPU of the machine and of every process, at one moment. Linux only. */
export interface CpuSnapshot {
  readonly at: number;
  readonly busyMs: number;
  readonly processes: ReadonlyMap<number, ProcessTimes>;
}

function timesOf(pid: string): [number, ProcessTimes] | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch (error) {
    // It ended between the listing and now.
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
  // The name in parentheses may hold spaces; the fields after it are fixed.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0);
  return [Number(pid), { parent: Number(fields[1]), ms: ticks * MS_PER_TICK }];
}

export function cpuSnapshot(): CpuSnapshot {
  const [user = 0, nice = 0, system = 0, , , irq = 0, soft = 0, steal = 0] = (
    readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? ''
  )
    .trim()
    .split(/\s+/)
    .slice(1)
    .map(Number);
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return {
    at: performance.now(),
    busyMs: (user + nice + system + irq + soft + steal) * MS_PER_TICK,
    processes: new Map(pids.map(timesOf).filter((times) => times !== undefined)),
  };
}

function treeMs(snapshot: CpuSnapshot, root: number): number {
  let total = 0;
  for (const [pid, { ms }] of snapshot.processes) {
    for (let at: number | undefined = pid; at !== undefined && at > 1; at = snapshot.processes.get(at)?.parent) {
      if (at !== root) continue;
      total += ms;
      break;
    }
  }
  return total;
}

/** CPU milliseconds that a process and its descendants used between two snapshots. */
export function cpuOfTree(before: CpuSnapshot, after: CpuSnapshot, root: number): number {
  return Math.max(0, treeMs(after, root) - treeMs(before, root));
}

/** Percent of one core that the whole machine was busy between two snapshots. */
export function busyPercent(before: CpuSnapshot, after: CpuSnapshot): number {
  return ((after.busyMs - before.busyMs) / (after.at - before.at)) * 100;
}

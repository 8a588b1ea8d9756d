import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** What the engine writes about the update that holds a stack. */
interface Lock {
  readonly pid: number;
  readonly hostname: string;
}

function isEngine(pid: number): boolean {
  try {
    return execFileSync('ps', ['-o', 'comm=', '-p', String(pid)], { encoding: 'utf8' }).includes('pulumi');
  } catch (error) {
    // ps exits with 1 when there is no such process.
    if ((error as { status?: number }).status === 1) return false;
    throw error;
  }
}

/**
 * Removes locks of updates that were killed on this machine: nobody would ever release them. A lock whose engine runs,
 * or that another machine took, stays.
 */
export function clearDeadLocks(folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder).filter((entry) => entry.endsWith('.json'))) {
    const file = join(folder, name);
    const lock = JSON.parse(readFileSync(file, 'utf8')) as Lock;
    if (lock.hostname !== hostname() || isEngine(lock.pid)) continue;
    rmSync(file, { force: true });
    rmSync(`${file}.attrs`, { force: true });
  }
}

import { mustRun } from '../../bench/harness/command.ts';
import { type Processes, processes } from '../../bench/harness/stack.ts';

/** What may die. The venue is not of the platform: it is the witness. */
export const victims = ['api', 'worker', 'beat', 'stream-gateway', 'postgres', 'redis'] as const;
export type Victim = (typeof victims)[number];

/** An instance with its process ids: of Postgres the postmaster, then all of its backends. */
export interface Target {
  readonly name: string;
  readonly instance: string;
  readonly pids: readonly number[];
}

/** Who runs at this moment, by the supervisor itself: a pid from a file could be somebody else's by now. */
export async function running(): Promise<Processes> {
  const known: readonly string[] = victims;
  return (await processes()).filter(({ name, pid }) => known.includes(name) && pid !== null);
}

export async function targetOf({ name, instance, pid }: Processes[number]): Promise<Target> {
  const pids = name === 'postgres' ? [pid!, ...(await childrenOf(pid!))] : [pid!];
  return { name, instance, pids };
}

async function childrenOf(parent: number): Promise<number[]> {
  const listed = await mustRun('ps', ['-A', '-o', 'pid=,ppid=']);
  return listed.split('\n').flatMap((line) => {
    const [pid, of] = line.trim().split(/\s+/).map(Number);
    return of === parent && pid !== undefined ? [pid] : [];
  });
}

/** True when the process was there to be told. */
export function tell(pid: number, signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** SIGKILL of an instance. Postgres is stopped first, so that no backend is born while the others are counted. */
export async function killNow(one: Processes[number]): Promise<Target> {
  if (one.name === 'postgres') tell(one.pid!, 'SIGSTOP');
  const target = await targetOf(one);
  for (const pid of target.pids) tell(pid, 'SIGKILL');
  return target;
}

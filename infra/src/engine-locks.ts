import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { jsonIn } from './engine-files.ts';

const lockFile = z.object({
  pid: z.int().min(1),
  username: z.string(),
  hostname: z.string(),
  timestamp: z.iso.datetime({ offset: true }),
});

/** Who holds a stack: the process that updates it, by the engine's own note. */
export interface LockOwner {
  readonly pid: number;
  readonly username: string;
  readonly hostname: string;
  readonly since: Date;
}

/** `unknown`: on another machine, which cannot be looked into from here. */
export type Liveness = 'alive' | 'dead' | 'unknown';

/** Clocks of a process list and of a lock differ by their precision. */
const SLACK_MS = 5_000;

/** What the engine prints of each lock that it met; the address of a bucket ends in options. */
const LOCK_LINE =
  /\/(?<stack>[^/\s]+)\/[^/\s]+\.json(?:\?\S*)?: created by (?<username>\S+)@(?<hostname>\S+) \(pid (?<pid>\d+)\) at (?<since>\S+)/g;

/** `[[days-]hours:]minutes:seconds`, as ps has it everywhere, in milliseconds. */
function elapsedMs(text: string): number {
  const [clock = '', days = '0'] = text.trim().split('-').reverse();
  const seconds = clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  return (Number(days) * 86_400 + seconds) * 1_000;
}

/** Whether the process that took a lock still is that process: the number may be another one's by now. */
export function livenessOf({ pid, hostname: host, since }: LockOwner): Liveness {
  if (host !== hostname()) return 'unknown';
  try {
    const listed = execFileSync('ps', ['-o', 'etime=,comm=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    const [elapsed = '', ...command] = listed.split(/\s+/);
    const startedAt = Date.now() - elapsedMs(elapsed);
    return command.join(' ').includes('pulumi') && startedAt <= since.getTime() + SLACK_MS ? 'alive' : 'dead';
  } catch (error) {
    // ps exits with 1 when there is no such process.
    if ((error as { status?: number }).status === 1) return 'dead';
    throw error;
  }
}

function ownerIn(file: string): LockOwner {
  const parsed = lockFile.safeParse(jsonIn(file));
  if (!parsed.success) {
    throw new Error(
      `${file} is no lock that this version of the engine writes, so that nobody can tell whose it is. Nothing was ` +
        `changed. What to do: see that no update of the stack runs anywhere, then rm '${file}'`,
    );
  }
  const { timestamp, ...owner } = parsed.data;
  return { ...owner, since: new Date(timestamp) };
}

/**
 * Removes locks of updates that died on this machine, because nobody would ever release them, and returns those that
 * stand: their process lives, or is another machine's. `tell` gets a sentence for each that was removed.
 */
export function settleLocks(folder: string, tell: (sentence: string) => void): readonly LockOwner[] {
  if (!existsSync(folder)) return [];
  const standing: LockOwner[] = [];
  for (const name of readdirSync(folder).filter((entry) => entry.endsWith('.json'))) {
    const file = join(folder, name);
    const owner = ownerIn(file);
    if (livenessOf(owner) !== 'dead') {
      standing.push(owner);
      continue;
    }
    rmSync(file, { force: true });
    rmSync(`${file}.attrs`, { force: true });
    tell(`An update by ${nameOf(owner)} ended without releasing the stack; its lock was removed.`);
  }
  return standing;
}

/** The owners that the engine names in what it said, and the stack that they hold; none when nothing was locked. */
export function ownersIn(said: string): { readonly stack: string; readonly owners: readonly LockOwner[] } | undefined {
  const found = [...said.matchAll(LOCK_LINE)].map(({ groups = {} }) => groups);
  const [first] = found;
  if (!first) return undefined;
  // It may have said it twice.
  const owners = new Map(
    found.map(({ username = '', hostname: host = '', pid, since = '' }) => [
      `${username}@${host} ${pid}`,
      { username, hostname: host, pid: Number(pid), since: new Date(since) },
    ]),
  );
  return { stack: first['stack'] ?? '', owners: [...owners.values()] };
}

function nameOf({ username, hostname: host, pid, since }: LockOwner): string {
  return `${username}@${host} (process ${pid}, since ${since.toISOString()})`;
}

const STATES: Readonly<Record<Liveness, string>> = {
  alive: 'that process runs on this machine',
  dead: 'that process does not exist any more',
  unknown: 'on another machine, so that it cannot be seen from here whether it still runs',
};

/** Who holds a stack, whether they still do, and the one thing to do about it; nothing of it breaks a lock that lives. */
export function explainLocks(stack: string, owners: readonly LockOwner[]): string {
  const states = owners.map((owner) => ({ owner, state: livenessOf(owner) }));
  const who = states.map(({ owner, state }) => `${nameOf(owner)}: ${STATES[state]}`).join('\n  ');
  const cancel = `npx pulumi cancel --yes --stack ${stack}`;
  const alive = states.find(({ state }) => state === 'alive');
  const remote = states.find(({ state }) => state === 'unknown');
  const fix = alive
    ? `wait until it has ended, or let it end what it is doing and stop: kill -INT ${alive.owner.pid}`
    : remote
      ? `ask ${remote.owner.username}; only if nothing runs on ${remote.owner.hostname} any more: ${cancel}`
      : cancel;
  return `The stack ${stack} is held by\n  ${who}\nNothing was changed. What to do: ${fix}`;
}

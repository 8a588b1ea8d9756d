import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { identityOf, isAlive, type ProcessIdentity } from '../identity.ts';
import type { ProcessSpec } from '../process-spec.ts';
import { openLog } from './log.ts';

const ADOPTED_LOOK_MS = 100;

/** A running process. `onEnd` is called once, with how it ended in words. */
export interface Child {
  readonly identity: ProcessIdentity;
  /** Sends a signal to the process, or with `group` to all that it started. */
  signal(name: NodeJS.Signals, group?: boolean): void;
}

function send(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    // It ended in the meantime, which is what the signal was for.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function childWith(identity: ProcessIdentity): Child {
  return { identity, signal: (name, group = false) => send(group ? -identity.pid : identity.pid, name) };
}

/**
 * Starts a process in a session of its own, writing straight into its log file: it outlives this supervisor, and the
 * next one adopts it. Returns undefined when it could not be started; `onEnd` tells why.
 */
export function startChild(spec: ProcessSpec, log: string, onEnd: (how: string) => void): Child | undefined {
  const descriptor = openLog(log);
  const child = spawn(spec.command, spec.args, {
    cwd: spec.cwd,
    env: spec.env,
    detached: true,
    stdio: ['ignore', descriptor, descriptor],
  });
  closeSync(descriptor);
  let ended = false;
  const end = (how: string): void => {
    if (ended) return;
    ended = true;
    onEnd(how);
  };
  child.once('error', (error) => end(error.message));
  child.once('exit', (code, signal) => end(signal ?? `exit code ${code}`));
  const identity = child.pid === undefined ? undefined : identityOf(child.pid);
  return identity && childWith(identity);
}

/** Takes over a process that an earlier supervisor started. Its end is noticed by looking, as it is no child of ours. */
export function adoptChild(identity: ProcessIdentity, onEnd: (how: string) => void): Child {
  const timer = setInterval(() => {
    if (isAlive(identity)) return;
    clearInterval(timer);
    onEnd('ended while adopted');
  }, ADOPTED_LOOK_MS);
  return childWith(identity);
}

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** A server that a test started. */
export interface Child {
  readonly process: ChildProcess;
  /** What it said so far, for the message of a failed start. */
  said(): string;
  /** Ends it with a signal and waits until it is gone. */
  end(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts a process whose output is kept, and which never outlives the test's own process. */
export function startChild(command: readonly string[], env: NodeJS.ProcessEnv = process.env): Child {
  const [file, ...args] = command as [string, ...string[]];
  const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output.push(chunk.toString());
      if (output.length > 200) output.shift();
    });
  }
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  return {
    process: child,
    said: () => output.join(''),
    async end(signal = 'SIGTERM') {
      process.off('exit', kill);
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill(signal);
      await once(child, 'exit');
    },
  };
}

/** Tries until `ready` says so; throws with the server's own words when it does not in time. */
export async function untilReady(
  child: Child,
  name: string,
  ready: () => Promise<boolean>,
  withinMs = 60_000,
): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await ready().catch(() => false))) {
    if (child.process.exitCode !== null)
      throw new Error(`${name} ended with ${child.process.exitCode}: ${child.said()}`);
    if (Date.now() > end) throw new Error(`${name} is not ready after ${withinMs} ms: ${child.said()}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface NodeRun {
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
  /** Each line of stdout as it comes. */
  readonly onLine?: (line: string) => void;
  readonly onErrorLine?: (line: string) => void;
}

export interface NodeResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a script with this Node to its end. Throws only when it can't be started; an exit code is a result. */
export function runNode(args: readonly string[], options: NodeRun): Promise<NodeResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...args], {
      cwd: options.cwd,
      env: options.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const stdout: string[] = [];
    const stderr: string[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => {
      stdout.push(line);
      options.onLine?.(line);
    });
    createInterface({ input: child.stderr }).on('line', (line) => {
      stderr.push(line);
      options.onErrorLine?.(line);
    });
    // The child gets Ctrl-C from the terminal by itself; this is for a signal sent to us alone.
    const stop = () => child.kill('SIGTERM');
    options.signal?.addEventListener('abort', stop, { once: true });
    child.once('error', reject);
    child.once('close', (code) => {
      options.signal?.removeEventListener('abort', stop);
      resolve({ code: code ?? 1, stdout: stdout.join('\n'), stderr: stderr.join('\n') });
    });
  });
}

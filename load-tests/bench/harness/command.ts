import { spawn } from 'node:child_process';

export interface CommandOptions {
  readonly environment?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Each line of stdout and stderr, as it comes. */
  readonly onLine?: (line: string) => void;
}

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. Its exit code is a result, not an error; only a program that can't start throws. */
export function run(program: string, words: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...words], {
      env: { ...process.env, ...options.environment },
      ...(options.cwd ? { cwd: options.cwd } : {}),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const seen = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        seen[name] += text;
        for (const line of text.split('\n')) if (line.trim() !== '') options.onLine?.(line);
      });
    }
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, ...seen }));
  });
}

/** As `run`, and throws with the last lines when the exit code is not 0. */
export async function mustRun(
  program: string,
  words: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const { code, stdout, stderr } = await run(program, words, options);
  if (code === 0) return stdout;
  const last = `${stdout}\n${stderr}`.trim().split('\n').slice(-15).join('\n');
  throw new Error(`${program} ${words.slice(0, 3).join(' ')} ended with ${code}:\n${last}`);
}

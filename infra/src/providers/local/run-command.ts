import { spawn } from 'node:child_process';

/** What a command printed, and how it ended. */
export interface CommandResult {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
  /** "exit code 1", "SIGKILL", or why it did not start. */
  readonly end: string;
}

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Text for its standard input: secrets go this way, never into arguments. */
  readonly input?: string;
  readonly timeoutMs: number;
}

/** Runs a command to its end. Never rejects: a command that can't be started is a result too. */
export function runCommand(command: Command): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(command.command, [...command.args], {
      cwd: command.cwd,
      env: command.env,
      timeout: command.timeoutMs,
      killSignal: 'SIGKILL',
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
    child.once('error', (error) => resolve({ ok: false, stdout, stderr, end: error.message }));
    child.once('close', (code, signal) =>
      resolve({ ok: code === 0, stdout, stderr, end: signal ?? `exit code ${code}` }),
    );
    // A command that ends without reading its input closes the pipe early; its exit code tells.
    child.stdin.once('error', (error) => (stderr += error.message));
    child.stdin.end(command.input ?? '');
  });
}

/** The last lines of what a command said, with secret values blanked. */
export function explain(result: CommandResult, secrets: readonly string[], lines = 12): string {
  const said = `${result.stdout}\n${result.stderr}`.split('\n').filter((line) => line.trim() !== '');
  const tail = said.slice(-lines).map((line) => `    ${line}`);
  const blank = (text: string, secret: string): string =>
    secret.length < 6 ? text : text.replaceAll(secret, '[secret]');
  return secrets.reduce(blank, [result.end, ...tail].join('\n'));
}

import { spawn } from 'node:child_process';

/** What the engine said, and how it ended. */
export interface EngineAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The engine, aimed at one stack. */
export interface StackEngine {
  readonly stack: string;
  /** What it is started with; also says where the vendors are, in a rehearsal. */
  readonly environment: NodeJS.ProcessEnv;
  /** Runs a verb with further words. What it says is kept from everybody else: it may hold secrets. */
  run(words: readonly string[], environment?: Readonly<Record<string, string>>): Promise<EngineAnswer>;
}

export interface StackEngineParts {
  readonly program: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Folder of Pulumi.yaml. */
  readonly project: string;
  readonly stack: string;
  readonly configFile: string;
}

/** The engine as a process of its own for each verb. */
export function stackEngine({ program, environment, project, stack, configFile }: StackEngineParts): StackEngine {
  return {
    stack,
    environment,
    run(words, extra = {}) {
      const verb = ['stack', 'state'].includes(words[0] ?? '') ? [] : ['--config-file', configFile];
      const child = spawn(program, [...words, '-C', project, '--stack', stack, '--non-interactive', ...verb], {
        env: { ...environment, ...extra },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
      child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
      return new Promise((resolve, reject) => {
        child.once('error', reject);
        child.once('close', (code) => {
          const text = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString('utf8');
          resolve({ code: code ?? 1, stdout: text(stdout), stderr: text(stderr) });
        });
      });
    },
  };
}

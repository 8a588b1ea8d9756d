import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { until } from '@keelson/testkit';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { WorkerSettings } from './pipeline-settings.ts';

const run = promisify(execFile);

const PROGRAM = fileURLToPath(new URL('./worker-program.ts', import.meta.url));

/** A worker in a process of its own, run from source, for tests that kill it. */
export class WorkerProcess {
  readonly #process: ChildProcess;
  readonly #lines: Interface;
  readonly #loaded: Promise<unknown>;
  readonly #exited: Promise<unknown>;
  /** The end of what it wrote on standard error. */
  #said = '';

  /** Loads the program without starting it, so that the next one may load while a test runs. */
  constructor() {
    this.#process = spawn(process.execPath, [PROGRAM], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#lines = createInterface({ input: this.#process.stdout! });
    this.#loaded = once(this.#lines, 'line');
    this.#exited = once(this.#process, 'exit');
    this.#process.stderr!.on('data', (chunk: Buffer) => {
      this.#said = `${this.#said}${chunk.toString()}`.slice(-4_000);
    });
    // It is written to once, and may have been killed before.
    this.#process.stdin!.on('error', () => undefined);
  }

  async start(settings: WorkerSettings): Promise<void> {
    await this.#orExit(this.#loaded);
    const ready = once(this.#lines, 'line');
    this.#process.stdin!.write(`${JSON.stringify(settings)}\n`);
    await this.#orExit(ready);
  }

  /** Waits for its end; the signal that ended it, null when it ended by itself. */
  async ended(withinMs = 20_000): Promise<NodeJS.Signals | null> {
    const timer = setTimeout(() => this.#process.kill('SIGTERM'), withinMs);
    await this.#exited;
    clearTimeout(timer);
    return this.#process.signalCode;
  }

  /** Waits until it has stopped itself, as a process does that is starved or paused: its sockets stay open. */
  async frozen(): Promise<void> {
    const state = async () => (await run('ps', ['-o', 'state=', '-p', String(this.#process.pid)])).stdout.trim();
    await until(state, (now) => now.startsWith('T'));
  }

  thaw(): void {
    this.#process.kill('SIGCONT');
  }

  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#exited;
  }

  async #orExit(step: Promise<unknown>): Promise<void> {
    const exited = this.#exited.then(() => {
      throw new Error(`The worker process ended before it was ready: ${this.#said}`);
    });
    await Promise.race([step, exited]);
  }
}

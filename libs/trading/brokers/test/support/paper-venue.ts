import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { transformFile } from '@swc/core';

const ROOT = fileURLToPath(new URL('../../../../../', import.meta.url));
const SOURCE = join(ROOT, 'services/paper-broker/src');
const START_LIMIT_MS = 30_000;

export type LogLine = Readonly<Record<string, unknown>> & { readonly kind: string };

export interface PaperVenueOptions {
  readonly seed?: number;
  /** Latency to an answer, and to a second fill; none when left out. */
  readonly latencyMs?: { readonly min: number; readonly max: number };
  readonly partialFillPercent?: number;
  /** Text that the log holds before the venue starts. */
  readonly log?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * The real paper-broker process for a test: built from source, on a free port, with its log in a folder of its own.
 * `stop()` ends it and removes what it left.
 */
export class PaperVenue {
  readonly url: string;
  readonly logFile: string;
  readonly #folder: string;
  readonly #env: NodeJS.ProcessEnv;
  #process: ChildProcess | undefined;
  #output = '';

  private constructor(folder: string, port: number, options: PaperVenueOptions) {
    this.#folder = folder;
    this.url = `http://127.0.0.1:${port}`;
    this.logFile = join(folder, 'venue.log');
    this.#env = {
      PATH: process.env['PATH'],
      PORT: String(port),
      PAPER_LOG_FILE: this.logFile,
      PAPER_SEED: String(options.seed ?? 1),
      PAPER_LATENCY_MIN_MS: String(options.latencyMs?.min ?? 0),
      PAPER_LATENCY_MAX_MS: String(options.latencyMs?.max ?? 0),
      PAPER_PARTIAL_FILL_PERCENT: String(options.partialFillPercent ?? 0),
      ...options.env,
    };
  }

  /** A venue that answers. */
  static async start(options: PaperVenueOptions = {}): Promise<PaperVenue> {
    const venue = await PaperVenue.prepare(options);
    await venue.start();
    return venue;
  }

  /** Everything but the process. */
  static async prepare(options: PaperVenueOptions = {}): Promise<PaperVenue> {
    // Below the repository, so that the built files find its packages.
    await mkdir(join(ROOT, '.keelson/test'), { recursive: true });
    const folder = await mkdtemp(join(ROOT, '.keelson/test/venue-'));
    await build(join(folder, 'dist'));
    const venue = new PaperVenue(folder, await freePort(), options);
    if (options.log !== undefined) await writeFile(venue.logFile, options.log);
    return venue;
  }

  /** What the process wrote on stdout and stderr since its last start. */
  get output(): string {
    return this.#output;
  }

  async start(): Promise<void> {
    this.spawn();
    const until = Date.now() + START_LIMIT_MS;
    while (!(await this.answers())) {
      if (Date.now() > until || this.#process?.exitCode !== null) {
        throw new Error(`The venue did not start:\n${this.#output}`);
      }
      await sleep(20);
    }
  }

  /** Starts the process without waiting for it. */
  spawn(): void {
    this.#output = '';
    const child = spawn(process.execPath, [join(this.#folder, 'dist/main.js')], { env: this.#env });
    const keep = (chunk: Buffer): void => void (this.#output += chunk.toString('utf8'));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    this.#process = child;
  }

  /** Ends the process, by default without a chance to tidy up. Returns its exit code, null when it was killed. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<number | null> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
    return child.exitCode;
  }

  /** The exit code of a process that ends by itself. */
  async exitCode(): Promise<number | null> {
    const child = this.#process;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return child?.exitCode ?? null;
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Changes how the venue behaves (POST /v1/control). */
  async control(change: Readonly<Record<string, unknown>>): Promise<void> {
    await this.post('/v1/control', change);
  }

  /** Back to how it was configured. */
  async reset(): Promise<void> {
    await this.post('/v1/control/reset', {});
  }

  /** A request past the adapter; throws unless the answer is a success. */
  async post(path: string, body: unknown): Promise<unknown> {
    const response = await fetch(`${this.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return response.json();
  }

  /** The venue's own log, the last word on what happened. */
  async log(): Promise<LogLine[]> {
    const text = await readFile(this.logFile, 'utf8');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as LogLine);
  }

  /** Keeps a copy of the log elsewhere, as it is now. */
  async copyLog(target: string): Promise<void> {
    await cp(this.logFile, target);
  }

  private async answers(): Promise<boolean> {
    try {
      return (await fetch(`${this.url}/health/ready`)).ok;
    } catch {
      // Not yet: start() has a limit and shows what the process said.
      return false;
    }
  }
}

async function build(target: string): Promise<void> {
  await mkdir(target);
  const files = (await readdir(SOURCE)).filter((name) => name.endsWith('.ts'));
  await Promise.all(
    files.map(async (name) => {
      const { code } = await transformFile(join(SOURCE, name), {
        configFile: join(ROOT, '.swcrc'),
        sourceMaps: 'inline',
      });
      await writeFile(join(target, name.replace(/\.ts$/, '.js')), code);
    }),
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

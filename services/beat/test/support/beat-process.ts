import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Child, freePort, startChild, untilReady } from '@keelson/testkit';
import { transformFile } from '@swc/core';

const ROOT = join(import.meta.dirname, '../../../..');
const SOURCE = join(ROOT, 'services/beat/src');

/** The service, compiled as the build does it, in a folder of this test run. */
export class CompiledBeat {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async create(): Promise<CompiledBeat> {
    const folder = join(ROOT, '.keelson', `test-beat-${process.pid}-${Date.now()}`);
    const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
    for (const file of files) {
      const target = join(folder, file.replace(/\.ts$/, '.js'));
      const { code } = await transformFile(join(SOURCE, file), { configFile: join(ROOT, '.swcrc'), sourceMaps: false });
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, code);
    }
    return new CompiledBeat(folder);
  }

  start(instance: string, databaseUrl: string, redisUrl: string): Promise<BeatProcess> {
    return BeatProcess.start(join(this.#folder, 'main.js'), instance, databaseUrl, redisUrl);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** One beat as a process of its own. */
export class BeatProcess {
  readonly instance: string;
  readonly #port: number;
  readonly #child: Child;

  private constructor(instance: string, port: number, child: Child) {
    this.instance = instance;
    this.#port = port;
    this.#child = child;
  }

  static async start(main: string, instance: string, databaseUrl: string, redisUrl: string): Promise<BeatProcess> {
    const port = await freePort();
    const child = startChild([process.execPath, main], {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      PORT: String(port),
      KEELSON_INSTANCE: instance,
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrl,
    });
    const beat = new BeatProcess(instance, port, child);
    await untilReady(child, instance, async () => (await fetch(beat.#readyUrl)).ok);
    return beat;
  }

  /** Whether it runs the schedules, by its own word. */
  async role(): Promise<string> {
    const answer = await fetch(this.#readyUrl, { signal: AbortSignal.timeout(2_000) });
    const { checks } = (await answer.json()) as { checks: { scheduler: { role: string } } };
    return checks.scheduler.role;
  }

  /** Waits until it says that it has this role; readiness is told anew once a second only. */
  async untilRole(wanted: 'active' | 'standby'): Promise<void> {
    const end = Date.now() + 5_000;
    while ((await this.role()) !== wanted) {
      if (Date.now() > end) throw new Error(`${this.instance} is not ${wanted}: ${this.#child.said()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** A signal that does not end it, such as SIGSTOP. */
  send(signal: NodeJS.Signals): void {
    this.#child.process.kill(signal);
  }

  end(signal?: NodeJS.Signals): Promise<void> {
    return this.#child.end(signal);
  }

  get #readyUrl(): string {
    return `http://127.0.0.1:${this.#port}/health/ready`;
  }
}

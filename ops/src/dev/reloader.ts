import { relative } from 'node:path';
import type { Context } from '../framework/context.ts';
import { messageOf } from '../framework/failure.ts';
import { requireStatus } from '../stack/status.ts';
import { Supervisor } from '../stack/supervisor.ts';
import { checkLibraryFile, compileFile } from './compile.ts';
import { ImportGraph } from './import-graph.ts';

const READY_WITHIN_MS = 15_000;

/** What became of one batch of saved files. */
export interface Reload {
  readonly files: readonly string[];
  readonly services: readonly string[];
  readonly ms: number;
  readonly error: string | null;
}

/**
 * Takes saved files into the running stack, one batch after the other: what is saved meanwhile waits and is taken
 * together. An error is told and leaves everything as it runs; the next save tries again, together with what failed.
 */
export class Reloader {
  readonly #context: Context;
  readonly #tell: (reload: Reload) => void;
  readonly #waiting = new Set<string>();
  /** Files of the last batch, if it failed: the save that mends it may be of another file. */
  #failed: ReadonlySet<string> = new Set();
  #running: Promise<void> | undefined;

  constructor(context: Context, tell: (reload: Reload) => void) {
    this.#context = context;
    this.#tell = tell;
  }

  take(files: readonly string[]): void {
    for (const file of files) this.#waiting.add(file);
    this.#running ??= this.#work();
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #work(): Promise<void> {
    while (this.#waiting.size > 0) {
      const files = [...this.#waiting];
      this.#waiting.clear();
      await this.#reload(files);
    }
    this.#running = undefined;
  }

  async #reload(files: readonly string[]): Promise<void> {
    const started = performance.now();
    const batch = new Set([...this.#failed, ...files]);
    let services: readonly string[] = [];
    let error: string | null = null;
    try {
      services = await this.#prepare(batch);
      await Promise.all(services.map((service) => this.#restart(service)));
      this.#failed = new Set();
    } catch (caught) {
      error = messageOf(caught);
      this.#failed = batch;
    }
    if (services.length === 0 && error === null) return;
    const names = [...batch].map((file) => relative(this.#context.repository, file));
    this.#tell({ files: names, services, ms: Math.round(performance.now() - started), error });
  }

  /** Compiles or checks every file, and says which services must start anew. Throws before anything was stopped. */
  async #prepare(files: Iterable<string>): Promise<string[]> {
    const { repository } = this.#context;
    const graph = new ImportGraph(repository);
    const affected = new Set<string>();
    for (const file of files) {
      const consequence = graph.consequenceOf(file);
      if (consequence.kind === 'nothing') continue;
      try {
        if (consequence.kind === 'service') await compileFile(repository, consequence.service, file);
        else await checkLibraryFile(file);
      } catch (error) {
        // The compiler shows the place first, and then how it came to say so.
        const [place = ''] = messageOf(error).split(/\n+Caused by:/);
        throw new Error(`${relative(repository, file)}: ${place.trim()}`, { cause: error });
      }
      const users = consequence.kind === 'service' ? [consequence.service] : consequence.services;
      for (const service of users) affected.add(service);
    }
    return [...affected];
  }

  /** One instance after the other, so that a service with two never goes away. */
  async #restart(service: string): Promise<void> {
    const status = requireStatus(this.#context.folders, this.#context.stack);
    const supervisor = new Supervisor(status.socket ?? '');
    for (const process of status.services) {
      if (process.name === service) await supervisor.restart(process.instance, READY_WITHIN_MS);
    }
  }
}

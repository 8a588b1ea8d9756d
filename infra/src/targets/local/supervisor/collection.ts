import type { StackFolders } from '../folders.ts';
import { specHash, type ProcessSpec, type ProcessStatus } from '../process-spec.ts';
import { readJournal, writeJournal, writeStatus } from './journal.ts';
import { lastLines, logFile, note, rotate } from './log.ts';
import { Supervised } from './supervised.ts';

/** How often logs are looked at for rotation and processes for their memory. */
const HOUSEKEEPING_MS = 5_000;

/** All processes of a stack. Stops in waves: a process only after those that named it in `after`. */
export class Collection {
  private readonly processes = new Map<string, Supervised>();
  private readonly folders: StackFolders;

  constructor(folders: StackFolders) {
    this.folders = folders;
    for (const memory of readJournal(folders)) {
      const supervised = this.add(memory.spec);
      supervised.takeOver(memory);
    }
    this.write();
    setInterval(() => this.housekeeping(), HOUSEKEEPING_MS).unref();
  }

  get isEmpty(): boolean {
    return this.processes.size === 0;
  }

  list(): ProcessStatus[] {
    return [...this.processes.values()].map((supervised) => supervised.status());
  }

  named(instance: string): Supervised | undefined {
    return this.processes.get(instance);
  }

  log(instance: string, lines: number): string[] {
    return lastLines(logFile(this.folders.logs, instance), lines);
  }

  /** Makes a process run with this spec: starts, replaces (stop, then start) or leaves it alone when it already does. */
  async ensure(spec: ProcessSpec): Promise<Supervised> {
    const existing = this.processes.get(spec.instance);
    if (!existing) {
      const added = this.add(spec);
      added.start();
      return added;
    }
    if (specHash(existing.spec) !== specHash(spec)) {
      await existing.stop();
      existing.become(spec);
    }
    if (existing.status().state !== 'ready') existing.start();
    return existing;
  }

  async remove(instance: string): Promise<void> {
    const supervised = this.processes.get(instance);
    if (!supervised) return;
    await supervised.stop();
    this.processes.delete(instance);
    this.write();
  }

  /** Stops everything, those first that nothing else came after. A cycle in `after` is stopped as one wave. */
  async stopAll(): Promise<void> {
    const left = new Set(this.processes.values());
    while (left.size > 0) {
      const needed = new Set([...left].flatMap(({ spec }) => spec.after));
      const leaves = [...left].filter(({ spec }) => !needed.has(spec.instance));
      const wave = leaves.length > 0 ? leaves : [...left];
      await Promise.all(wave.map((supervised) => supervised.stop()));
      for (const supervised of wave) left.delete(supervised);
    }
  }

  /** Lets go of everything without stopping it, for the next supervisor to adopt. */
  abandonAll(): void {
    for (const supervised of this.processes.values()) supervised.abandon();
  }

  private add(spec: ProcessSpec): Supervised {
    const supervised = new Supervised(spec, this.folders.logs, () => this.write());
    this.processes.set(spec.instance, supervised);
    return supervised;
  }

  private write(): void {
    const all = [...this.processes.values()];
    writeJournal(
      this.folders,
      all.map((supervised) => supervised.remembered()),
    );
    writeStatus(
      this.folders,
      all.map((supervised) => supervised.status()),
    );
  }

  private housekeeping(): void {
    for (const instance of ['supervisor', ...this.processes.keys()]) {
      try {
        rotate(logFile(this.folders.logs, instance));
        this.processes.get(instance)?.watchMemory();
      } catch (error) {
        // A full disk must not end the one process that keeps the others alive.
        note('housekeeping failed', { instance, error: (error as Error).message });
      }
    }
  }
}

import { readdirSync, readFileSync } from 'node:fs';

const LOOK_EVERY_MS = 25;
/** A new process shows its parent's arguments until it has become what it will be. */
const LOOKS = 12;

/** Whether this system shows the arguments of processes as files. */
export const showsArguments = process.platform === 'linux';

/**
 * Reads the arguments of every process that begins while it runs, again and again while the process is young. One that
 * lives shorter than a look is missed. Nothing is seen where `showsArguments` is false.
 */
export class ProcessArguments {
  readonly #onSeen: (words: string) => void;
  readonly #looks = new Map<string, number>();
  readonly #told = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(onSeen: (words: string) => void) {
    this.#onSeen = onSeen;
  }

  start(): void {
    if (!showsArguments || this.#timer) return;
    // Older processes are of no interest.
    for (const pid of pids()) this.#looks.set(pid, LOOKS);
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#looks.clear();
  }

  #look(): void {
    const here = new Set(pids());
    for (const pid of this.#looks.keys()) if (!here.has(pid)) this.#looks.delete(pid);
    for (const pid of here) {
      const looks = this.#looks.get(pid) ?? 0;
      if (looks >= LOOKS) continue;
      this.#looks.set(pid, looks + 1);
      const words = wordsOf(pid);
      if (words === '' || this.#told.has(words)) continue;
      this.#told.add(words);
      this.#onSeen(words);
    }
  }
}

function pids(): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
}

function wordsOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    // It has ended since it was listed.
    return '';
  }
}

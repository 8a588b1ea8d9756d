import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A secret where it must not be. Says which and where, never its value. */
export interface Leak {
  readonly secret: string;
  readonly place: string;
  /** What stands before it, without any secret. */
  readonly after: string;
}

/** Shorter values would be found by chance. */
const SHORTEST = 12;
const CONTEXT = 120;

/** A value as it may be written down: as it is, in an address, in a header of basic authorization. */
function formsOf(value: string): string[] {
  return [...new Set([value, encodeURIComponent(value), Buffer.from(value).toString('base64')])];
}

/**
 * Looks for known secrets wherever an engine leaves something: what it says, its files, the arguments of processes. A
 * secret counts as leaked in any of its forms.
 */
export class Canaries {
  readonly #forms = new Map<string, string>();
  readonly #leaks = new Map<string, Leak>();
  /** Files by path, as they were when they were read: each is read once. */
  readonly #seen = new Map<string, string>();

  /** Throws for a value that chance could find elsewhere. */
  add(name: string, value: string): void {
    if (value.length < SHORTEST) throw new Error(`${name} is too short to be looked for`);
    for (const form of formsOf(value)) if (!this.#forms.has(form)) this.#forms.set(form, name);
  }

  /** How many secrets are looked for. */
  get size(): number {
    return new Set(this.#forms.values()).size;
  }

  get leaks(): readonly Leak[] {
    return [...this.#leaks.values()];
  }

  /** Files that were read. */
  get files(): number {
    return this.#seen.size;
  }

  examine(place: string, text: string): void {
    for (const [form, secret] of this.#forms) {
      const at = text.indexOf(form);
      if (at < 0 || this.#leaks.has(`${secret} ${place}`)) continue;
      const after = this.#blanked(text.slice(Math.max(0, at - CONTEXT), at));
      this.#leaks.set(`${secret} ${place}`, { secret, place, after });
    }
  }

  /** Every file below a folder that is new or has changed since it was read. */
  examineFolder(folder: string): void {
    if (!existsSync(folder)) return;
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const { size, mtimeMs } = statSync(path);
      const version = `${size} ${mtimeMs}`;
      if (this.#seen.get(path) === version) continue;
      this.#seen.set(path, version);
      this.examine(path.slice(folder.length + 1), readFileSync(path, 'latin1'));
    }
  }

  #blanked(text: string): string {
    return [...this.#forms.keys()].reduce((result, form) => result.replaceAll(form, '[secret]'), text);
  }
}

/** One request as an emulator saw it. Kept outside of Pulumi's state: what it says is the rehearsal's evidence. */
export interface JournalEntry {
  readonly sequence: number;
  /** Virtual milliseconds since 1970. */
  readonly at: number;
  readonly vendor: string;
  /** `POST /v1/projects`, or the name of a GraphQL operation, or `create vercel:index/project:Project`. */
  readonly operation: string;
  /** True when it asked for a change. */
  readonly mutating: boolean;
  /** Whether the change happened, whatever was answered. */
  readonly effective: boolean;
  readonly status: number;
  /** The fault that was injected, if one was. */
  readonly fault?: string;
}

/** What an emulator was asked, in order. Holds names and outcomes; never a body, so never a secret. */
export class Journal {
  readonly #entries: JournalEntry[] = [];

  add(entry: Omit<JournalEntry, 'sequence'>): void {
    this.#entries.push({ sequence: this.#entries.length + 1, ...entry });
  }

  get entries(): readonly JournalEntry[] {
    return this.#entries;
  }

  /** How many changes were asked for since then; zero for a preview. */
  writesAfter(sequence: number): number {
    return this.#entries.filter((entry) => entry.sequence > sequence && entry.mutating).length;
  }
}

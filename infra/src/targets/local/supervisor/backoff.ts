/** Crashes count together for this long. */
const WINDOW_MS = 60_000;
/** More crashes than this within the window, and the process is given up until someone acts. */
const GIVE_UP_AFTER = 10;
const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 10_000;

/** Remembers crashes of one process and says what follows from them. */
export class Backoff {
  private crashes: number[] = [];

  /** Records a crash at a time in ms; returns ms until the next start (0 for the first crash), or 'give up'. */
  crashed(atMs: number): number | 'give up' {
    this.crashes = [...this.crashes.filter((crash) => atMs - crash < WINDOW_MS), atMs];
    if (this.crashes.length > GIVE_UP_AFTER) return 'give up';
    if (this.crashes.length === 1) return 0;
    return Math.min(FIRST_DELAY_MS * 2 ** (this.crashes.length - 2), LONGEST_DELAY_MS);
  }

  forget(): void {
    this.crashes = [];
  }
}

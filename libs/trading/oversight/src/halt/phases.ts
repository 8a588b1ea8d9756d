import type { HaltOptions, HaltPhase } from './halt.ts';

/** How an attempt at a phase ended. */
export type Attempt =
  /** Everything it is for is so. */
  | { readonly kind: 'through' }
  /** It has to be tried again; the reason is for whoever watches. */
  | { readonly kind: 'again'; readonly problem: string }
  /** What an earlier phase had reached is so no longer. */
  | { readonly kind: 'back'; readonly to: 'cancel' | 'flatten'; readonly problem: string };

/** The phase that follows one which got through. Pure. */
export function phaseAfter(phase: Exclude<HaltPhase, 'done'>, { flatten }: HaltOptions): HaltPhase {
  switch (phase) {
    case 'block':
      return 'cancel';
    case 'cancel':
      return flatten ? 'flatten' : 'verify';
    case 'flatten':
      return 'verify';
    case 'verify':
      return 'done';
  }
}

/** Several parts of a phase as one: it is through when all are; what must go furthest back decides. Pure. */
export function combined(attempts: readonly Attempt[]): Attempt {
  const back = attempts.filter((attempt) => attempt.kind === 'back');
  const furthest = back.find(({ to }) => to === 'cancel') ?? back[0];
  return furthest ?? attempts.find(({ kind }) => kind === 'again') ?? { kind: 'through' };
}

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1_000;

/** How long to wait before the next attempt in a row: short at first, since most causes pass within milliseconds. */
export function pauseBefore(attempt: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.max(0, attempt - 1));
}

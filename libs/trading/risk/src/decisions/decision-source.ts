import type { Id } from '@keelson/kernel';
import type { Regime } from './regime.ts';

/** What a decision is made for. */
export interface DecisionKey {
  readonly teamId: Id;
  readonly strategy: string;
  readonly symbol: string;
  readonly regime: Regime;
}

export interface AheadDecision {
  readonly decision: 'allow' | 'deny';
  /** In a sentence: it becomes part of the verdict. */
  readonly reason: string;
}

/** Where decisions that were made ahead are found. Answers from memory at once; a miss or a stale one is undefined. */
export interface DecisionSource {
  find(key: DecisionKey, now: Date): AheadDecision | undefined;
}

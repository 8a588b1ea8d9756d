import type { Id } from '@keelson/kernel';
import type { Scope } from '@keelson/risk';

/** The way of a halt. Each phase may be repeated from its beginning, by whoever is alive. */
export type HaltPhase = 'block' | 'cancel' | 'flatten' | 'verify' | 'done';

/** Who pulled it: a person or one of the rules that watch. */
export type HaltOrigin = 'operator' | 'dead_man' | 'daily_loss' | 'error_rate' | 'runaway' | 'stale_feed';

export interface HaltOptions {
  /** Cancels protective (reduce-only) orders too; exits of what is still open come back with the resume. */
  readonly cancelAll: boolean;
  /** Closes every position of the scope. Implies `cancelAll`: what protected a closed position would open another one. */
  readonly flatten: boolean;
}

export interface HaltRequest extends HaltOptions {
  readonly scope: Scope;
  /** Why, in a sentence: it is audited, streamed and shown. */
  readonly reason: string;
  readonly actor: string;
  readonly origin: HaltOrigin;
}

/** A halt as stored. */
export interface Halt extends HaltOptions {
  readonly haltId: Id;
  readonly scope: Scope;
  readonly phase: HaltPhase;
  /** Generation of the scope's own trading state, from the block on. */
  readonly generation: number | undefined;
  readonly origin: HaltOrigin;
  readonly reason: string;
  readonly actor: string;
  /** Why the phase did not get through at the last attempt. */
  readonly problem: string | undefined;
  readonly proof: HaltProof | undefined;
  readonly requestedAt: Date;
  readonly blockedAt: Date | undefined;
  readonly finishedAt: Date | undefined;
}

/** An account in reach of a halt, and the venue where it trades. */
export interface HaltAccount {
  readonly teamId: Id;
  readonly accountId: Id;
  readonly broker: string;
}

/** What the venue showed of one account after everything: ids and decimal text. */
export interface AccountProof {
  readonly broker: string;
  /** The venue's own time of what it showed of orders. */
  readonly ordersAsOf: string;
  /** Working orders that were meant to stay: protective ones, or those outside of the scope. */
  readonly ordersKept: readonly {
    readonly venueOrderId: string;
    readonly symbol: string;
    readonly reduceOnly: boolean;
  }[];
  readonly positions: readonly { readonly symbol: string; readonly netQuantity: string }[];
  /** The venue's time of the last order that it took, beside those by which the halt flattened; absent when it took none lately. */
  readonly lastOrderOut?: string;
}

/** Sums over the accounts. Each account's own proof is a row of its team. */
export interface HaltProof {
  readonly haltGeneration: number;
  readonly accounts: number;
  /** Always 0: with one left the halt is not done. */
  readonly ordersOpen: number;
  readonly ordersKept: number;
  readonly positionsOpen: number;
  /** Venue's time of the oldest snapshot that this rests on. */
  readonly snapshotAt: string | undefined;
  readonly lastOrderOut: string | undefined;
}

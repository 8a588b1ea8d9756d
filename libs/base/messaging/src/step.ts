import type { Message, StepName } from '@keelson/contracts';
import type { Id } from '@keelson/kernel';
import type { Tx } from '@keelson/persistence';

/** The transaction that a step works in, and what it may leave for after the commit. */
export interface StepWork {
  readonly tx: Tx;
  readonly teamId: Id;
  readonly signalId: Id;
  /** Runs when the commit is on disk, in the order of registration; counts as part of the work in flight. */
  afterCommit(action: () => Promise<void> | void): void;
}

/**
 * A consumer of messages, in two phases so that neighbours can share a transaction: `prefetch` of all of them goes out
 * in one round trip, then `handle` decides without waiting and issues its writes.
 */
export interface StepHandler<Context = unknown> {
  readonly step: StepName;
  /**
   * Reads, and locks, what the step needs to know of the signal. Where signals share rows, the statement locks them in an
   * order of its own: for signals that share a transaction it runs once, if it is one over rows. `start` is the step that the commit begins with: what
   * the steps from there on write is not there to be read yet, and what they read need not be read again.
   */
  prefetch(tx: Tx, signalId: Id, start: StepName): Promise<Context>;
  /** Decides and writes; returns what it emits. May change its context: a later message of the commit sees it. */
  handle(message: Message, context: Context, work: StepWork): readonly Message[];
  /** What follows from all messages of a commit together; called once before it ends, also when there were none. */
  finish?(context: Context, work: StepWork): readonly Message[];
  /** Messages that the step takes only in a commit that begins with it, as it reads more for them; not handed on in another's. */
  readonly alone?: readonly Message['type'][];
  /** True when its waiting messages may share a commit: it minds what others of the commit have decided before it. */
  readonly together?: boolean;
  /** True when the step's own outbox row outlives this commit, because the step goes on after it (route). */
  readonly endsLater?: boolean;
}

/** Identifies one piece of waiting work: a message and the step that owes it an effect. */
export interface WakeUp {
  readonly outboxId: Id;
  readonly step: StepName;
  readonly teamId: Id;
  readonly signalId: Id;
}

/** Where a test, or an injected delay, may interrupt: beside a commit, named by the step that begins it. Never set in prod. */
export type Probe = (point: 'before-commit' | 'after-commit', step: StepName) => Promise<void> | void;

import type { VenueExecution, VenueOrder } from '@keelson/brokers';
import type { Id } from '@keelson/kernel';
import type { DriftKind } from './kinds.ts';

/** Facts of one side, as text: what is compared between two looks, recorded, and shown. */
export type Facts = Readonly<Record<string, string>>;

/** One difference between our books and the venue's. */
export interface Difference {
  readonly kind: DriftKind;
  /** What it is about. With the kind and both sides' facts it names the difference for ever. */
  readonly subject: string;
  readonly symbol: string | undefined;
  readonly ours: Facts | undefined;
  readonly venue: Facts | undefined;
  /** The order of ours that it is about. */
  readonly order: { readonly signalId: Id; readonly orderId: Id; readonly clientOrderId: string } | undefined;
  readonly execution?: VenueExecution;
  readonly venueOrder?: VenueOrder;
  /** True while something of it is under way here: it proves nothing yet. */
  readonly busy: boolean;
}

/** The same difference, seen twice, has the same key; a difference that moved meanwhile has another. */
export function keyOf({ kind, subject, ours, venue }: Difference): string {
  return JSON.stringify([kind, subject, ours ?? null, venue ?? null]);
}

/** Positions and cash: what differs there follows from executions. */
export function isOfHoldings({ kind }: Difference): boolean {
  return kind === 'position' || kind === 'balance';
}

/** An execution that is not the same on both sides. While there is one, what is held says nothing. */
export function isOfExecution({ kind, execution }: Difference): boolean {
  return kind !== 'duplicate_fill' && (execution !== undefined || kind === 'vanished_fill');
}

export function factsOfExecution(execution: VenueExecution): Facts {
  const { executionId, venueOrderId, side, quantity, price, at } = execution;
  return { execution_id: executionId, venue_order_id: venueOrderId, side, quantity, price, at };
}

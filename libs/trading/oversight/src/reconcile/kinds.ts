import type { TradingState } from '@keelson/contracts';

/** In what an account's books can differ from its venue's. The first eight are told apart by how they are mended. */
export type DriftKind =
  /** The venue filled the whole of an order of ours, and we have heard nothing of it. */
  | 'missed_fill'
  /** The venue has an execution of no order of ours: somebody traded there by hand. */
  | 'extra_fill'
  /** The venue filled a part of an order of ours that we have not. */
  | 'partial_fill'
  /** The venue gave two executions one id. */
  | 'duplicate_fill'
  /** An order that is open here has ended there. */
  | 'cancelled_at_venue'
  /** An order is open there that is not open here. */
  | 'unknown_order'
  /** One and the same execution, or order, has another quantity or price there. */
  | 'wrong_quantity'
  /** A fill of an order that had ended here, or that came while trading was halted. */
  | 'late_fill'
  /** We booked an execution that the venue does not have. */
  | 'vanished_fill'
  /** A position differs, and no execution explains it. */
  | 'position'
  /** Cash differs, and no execution explains it. */
  | 'balance';

/**
 * What is done about a difference. `repair`: told to apply as the venue's own report; `adopt`: becomes an order of ours;
 * `cancel`: taken back at the venue; `note`: the books are right already; `operator`: nobody but a person can tell who is right.
 */
export type Treatment = 'repair' | 'adopt' | 'cancel' | 'note' | 'operator';

/**
 * What a difference that only a person can settle does to the account until then: REDUCING where the figures are in
 * doubt but every order is known, HALTED where what is open or held is not known at all.
 */
export function bindsTo(kind: DriftKind): Exclude<TradingState, 'ACTIVE'> {
  return kind === 'unknown_order' || kind === 'extra_fill' || kind === 'duplicate_fill' ? 'HALTED' : 'REDUCING';
}

/** A repair that did not make the difference go away is not tried for ever. */
export const REPAIR_ATTEMPTS = 3;

import { deriveId, type Id } from '@keelson/kernel';
import { isRepetition } from './compare-fills.ts';
import type { Difference } from './difference.ts';
import type { Drift } from './drift.store.ts';
import type { Treatment } from './kinds.ts';

/**
 * What is done about a proven difference; pure. Repaired is what the venue's own report of it makes right; adopted what
 * happened there without us; everything where believing either side could double or lose a position is a person's.
 *
 * @param halted true while the account's trading is not ACTIVE: an order that nobody here knows is then taken back
 */
export function treatmentOf(difference: Difference, halted: boolean): Treatment {
  switch (difference.kind) {
    case 'missed_fill':
    case 'partial_fill':
    case 'late_fill':
    case 'cancelled_at_venue':
      return 'repair';
    case 'wrong_quantity':
      // The venue's word on an execution counts; an order that was changed there is a person's doing.
      return difference.execution ? 'repair' : 'operator';
    case 'duplicate_fill':
      return isRepetition(difference) ? 'note' : 'operator';
    case 'extra_fill':
      return 'adopt';
    case 'unknown_order':
      return halted || difference.order ? 'cancel' : 'adopt';
    case 'vanished_fill':
    case 'position':
    case 'balance':
      return 'operator';
  }
}

/** A proven difference with its name and treatment. The name follows from what differs, whoever sees it and when. */
export function driftOf(difference: Difference, account: { accountId: Id; broker: string }, halted: boolean): Drift {
  const { kind, subject, symbol, ours, venue } = difference;
  const { accountId, broker } = account;
  const facts = JSON.stringify([ours ?? null, venue ?? null]);
  const driftId = deriveId('drift', broker, accountId, kind, subject, facts);
  return { driftId, accountId, broker, kind, subject, symbol, ours, venue, treatment: treatmentOf(difference, halted) };
}

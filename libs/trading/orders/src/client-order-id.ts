import { deriveId, type Id } from '@keelson/kernel';

/** The order of one leg and revision of an intent, for ever the same. */
export function orderIdOf(intentId: Id, leg: number, revision: number): Id {
  return deriveId('order', intentId, leg, revision);
}

/** What the venue knows the order by: a pure function, so that a repeated submit is the same order and not a second one. */
export function clientOrderIdOf(intentId: Id, leg: number, revision: number): string {
  return deriveId('client-order', intentId, leg, revision);
}

import type { Message, OrderRole, OrderTerms, Side } from '@keelson/contracts';
import { deriveId, type Id } from '@keelson/kernel';
import { insertMessage } from '@keelson/messaging';
import type { Tx } from '@keelson/persistence';
import { clientOrderIdOf, orderIdOf } from './client-order-id.ts';
import { ENTRY_LEG } from './legs.ts';
import { submitIdOf, submitMessage } from './messages.ts';
import { type InstrumentFacts, insertOriginated } from './originate.store.ts';

/** Who may want an order without a webhook. */
export type Origin = 'halt' | 'reconciliation' | 'operator' | 'seed';

/** An order that no webhook asked for; amounts are decimal text. */
export interface Wanted {
  readonly origin: Origin;
  /** What this order is, for its origin: the same key is the same order for ever, so that asking twice is harmless. */
  readonly key: string;
  /** Shown as the strategy of its signal. */
  readonly strategy: string;
  readonly accountId: Id;
  readonly broker: string;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: string;
  readonly terms: OrderTerms;
  readonly role: Extract<OrderRole, 'entry' | 'flatten' | 'adopted'>;
  readonly reduceOnly: boolean;
  /** The price to value it by; nothing is reserved for it. */
  readonly referencePrice: string;
  /** What has not left by then never does. */
  readonly expiresAt: Date;
  /** What to book it by where the symbol is not among our instruments: a position must not be kept for want of a row. */
  readonly unlisted?: { readonly multiplier: string; readonly currency: string };
  /** An order that stands at the venue already: it is taken into our books as accepted, and nothing is sent. */
  readonly adopted?: { readonly clientOrderId: string; readonly venueOrderId: string };
}

export interface Originated {
  readonly signalId: Id;
  readonly orderId: Id;
  readonly clientOrderId: string;
  /** False when the key was used before: then nothing was written. */
  readonly fresh: boolean;
  /** Waits in the outbox for step route, who may be woken after the commit; absent for an adopted order. */
  readonly message: Message<'submit_order'> | undefined;
}

/**
 * Writes a signal, its intent, its order and the command to send it, so that all the flow does for orders of a webhook is
 * done for this one: one terminal event, booking, its story. Risk is not asked; limits are the business of the caller, who
 * closes positions or repeats what a venue did. Throws for a symbol that is no instrument, unless `unlisted` says its worth.
 */
export async function originate(tx: Tx, wanted: Wanted): Promise<Originated> {
  const { origin, key, adopted } = wanted;
  const teamId = tx.teamId!;
  const signalId = deriveId('signal', origin, wanted.accountId, key);
  const intentId = deriveId('intent', signalId);
  const orderId = orderIdOf(intentId, ENTRY_LEG, 0);
  const clientOrderId = adopted?.clientOrderId ?? clientOrderIdOf(intentId, ENTRY_LEG, 0);
  const ids = { signalId, intentId, orderId, clientOrderId, submitMessageId: submitIdOf(clientOrderId) };
  const facts: InstrumentFacts = await insertOriginated(tx, ids, wanted);
  if (!facts.known)
    throw new Error(`No instrument is known as "${wanted.symbol}": add it, then ask for the order again`);
  const { fresh } = facts;
  if (adopted) return { signalId, orderId, clientOrderId, fresh, message: undefined };
  const expiresAt = wanted.expiresAt.toISOString();
  const message = submitMessage(teamId, { ...wanted, ...ids, expiresAt });
  if (fresh) insertMessage(tx, message, 'route', signalId);
  return { signalId, orderId, clientOrderId, fresh, message };
}

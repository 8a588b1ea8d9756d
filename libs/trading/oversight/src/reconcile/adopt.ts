import type { VenueExecution, VenueOrder } from '@keelson/brokers';
import type { OrderTerms } from '@keelson/contracts';
import { deriveId, type Id } from '@keelson/kernel';
import { originate, type Wanted } from '@keelson/orders';
import type { Database, Tx } from '@keelson/persistence';

/** Whose account it is that something was found in. */
export interface Adopter {
  readonly accountId: Id;
  readonly teamId: Id;
  readonly broker: string;
}

/** What an order that was entered by hand is known by here: it has no client order id there. */
export function adoptedOrderId(broker: string, venueOrderId: string): string {
  return deriveId('adopted-order', broker, venueOrderId);
}

const ACCEPTED = 'drift/';

/** The execution that stands for a position which an operator took over from the venue: the venue itself has none. */
export function acceptedExecution(driftId: Id): string {
  return `${ACCEPTED}${driftId}`;
}

export function isAccepted(executionId: string): boolean {
  return executionId.startsWith(ACCEPTED);
}

/** By what our books know an order that a venue names. */
export function nameHere(
  broker: string,
  { clientOrderId, venueOrderId }: Pick<VenueOrder, 'clientOrderId' | 'venueOrderId'>,
): string {
  return clientOrderId ?? adoptedOrderId(broker, venueOrderId);
}

/** Takes an order that is open at the venue into our books, as it stands there; twice is once. */
export async function adoptOrder(database: Database, account: Adopter, order: VenueOrder): Promise<void> {
  const { venueOrderId, symbol, side, quantity, terms, reduceOnly } = order;
  const clientOrderId = nameHere(account.broker, order);
  await database.transaction(account.teamId, (tx) =>
    originate(tx, {
      ...common(account),
      ...{ key: `order/${venueOrderId}`, symbol, side, quantity, terms, reduceOnly },
      referencePrice: priceIn(terms),
      adopted: { clientOrderId, venueOrderId },
    }),
  );
}

/** Takes an execution of nobody's order into our books: an order of its own, of just that size. Its fill is still to be told. */
export function adoptExecution(
  database: Database,
  account: Adopter,
  execution: VenueExecution,
): Promise<{ signalId: Id; clientOrderId: string }> {
  return database.transaction(account.teamId, (tx) => adoptExecutionIn(tx, account, execution));
}

/** The same, in a transaction that has more to write. */
export function adoptExecutionIn(
  tx: Tx,
  account: Adopter,
  { executionId, venueOrderId, symbol, side, quantity, price }: VenueExecution,
): Promise<{ signalId: Id; clientOrderId: string }> {
  const clientOrderId = deriveId('adopted-execution', account.broker, executionId);
  return originate(tx, {
    ...common(account),
    ...{ key: `execution/${executionId}`, symbol, side, quantity, reduceOnly: false, referencePrice: price },
    terms: { type: 'market', timeInForce: 'day' },
    adopted: { clientOrderId, venueOrderId },
  });
}

function common({
  accountId,
  broker,
}: Adopter): Pick<Wanted, 'origin' | 'strategy' | 'accountId' | 'broker' | 'role' | 'expiresAt'> {
  // It stands already: nothing of it is sent that could expire.
  const expiresAt = new Date(Date.now() + 24 * 3_600_000);
  return { origin: 'reconciliation', strategy: 'reconciliation', accountId, broker, role: 'adopted', expiresAt };
}

function priceIn(terms: OrderTerms): string {
  if ('limitPrice' in terms) return terms.limitPrice;
  return 'stopPrice' in terms ? terms.stopPrice : '0';
}

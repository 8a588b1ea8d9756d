import type { Message } from '@keelson/contracts';
import { Decimal, type Duration, type Id, milliseconds } from '@keelson/kernel';
import type { Database, Tx } from '@keelson/persistence';
import { endContract } from './expiry.ts';
import { endOf } from './settlement.ts';
import { type Expired, expiredHoldings, recordSettlements } from './settlements.store.ts';

export interface Settling {
  readonly database: Database;
  /** Takes what was booked to the screens, in the same transaction. */
  readonly announce: (tx: Tx, message: Message) => void;
}

/** A contract that has expired and is still in the books, and what stands against its end. */
export interface Unsettled {
  readonly accountId: Id;
  readonly symbol: string;
  readonly why: string;
}

/** Fills of the last moment are on their way for so long. */
const GRACE: Duration = '1 minute';
/** How far a price may be from the end that it stands for; also how long after it somebody must have looked. */
const PRICE_WITHIN: Duration = '15 minutes';

/** Keeps the price of what has just ended, for every team at once: whoever settles later settles at that. */
export function keepSettlements(database: Database, now: Date): Promise<void> {
  return database.platform(async (tx) => recordSettlements(tx, now, milliseconds(PRICE_WITHIN)));
}

/**
 * Ends what a team holds of expired contracts: at one price per contract, kept when it ended; each in a transaction of
 * its own, once, however often and by how many it is run. Returns what could not be ended.
 */
export async function settleContracts(parts: Settling, teamId: Id, now: Date): Promise<readonly Unsettled[]> {
  const { database } = parts;
  const until = new Date(now.getTime() - milliseconds(GRACE));
  const expired = await database.transaction(teamId, (tx) => expiredHoldings(tx, until));
  const unsettled: Unsettled[] = [];
  for (const holding of expired) {
    const why = await settleOne(parts, teamId, holding);
    if (why !== undefined) unsettled.push({ accountId: holding.accountId, symbol: holding.symbol, why });
  }
  return unsettled;
}

/** Says why not, if it does not end. */
async function settleOne({ database, announce }: Settling, teamId: Id, holding: Expired): Promise<string | undefined> {
  const { accountId, symbol, expiresAt, price, ends } = holding;
  if (price === null) return 'nobody knows its price when it ended';
  const end = endOf(holding, new Decimal(price));
  if (end.how === 'undecided') return end.why;
  // A second end, of what came in late, must not be taken for the first.
  const reference = ends === 0 ? 'expiry' : `expiry ${ends + 1}`;
  await database.transaction(teamId, async (tx) => {
    const messages = await endContract(tx, { teamId, accountId, symbol, reference, at: expiresAt, ...end });
    for (const message of messages) announce(tx, message);
  });
  return undefined;
}

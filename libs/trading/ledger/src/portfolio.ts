import { decimalText, type Id } from '@keelson/kernel';
import { type Database, type Tx } from '@keelson/persistence';
import { recordFunds, revalueExposures } from '@keelson/risk';
import { accountDay } from './account-day.ts';
import { insertSnapshot, readHoldings, readPrices, widenExcursions, widenExcursionsTo } from './portfolio.store.ts';
import { type Portfolio, type Prices, valueOf } from './valuation.ts';

/** What accounts of the team are worth by the last quotes: one of them, or all. */
export async function readPortfolios(
  tx: Tx,
  accountId?: Id,
): Promise<readonly (Portfolio & { readonly accountId: Id })[]> {
  const accounts = await readHoldings(tx, accountId);
  const prices = await readPrices(tx, accounts);
  return accounts.map((account) => ({
    accountId: account.accountId,
    ...valueOf(account.currency, account.balances, account.holdings, prices),
  }));
}

/** The same for one account at prices that are given, for a history that is made later. */
export function snapshotAccount(
  database: Database,
  { teamId, accountId, at, prices }: { teamId: Id; accountId: Id; at: Date; prices: Prices },
): Promise<void> {
  return database.transaction(teamId, async (tx) => {
    widenExcursionsTo(tx, accountId, prices);
    const [account] = await readHoldings(tx, accountId);
    if (!account) return;
    const portfolio = valueOf(account.currency, account.balances, account.holdings, prices);
    insertSnapshot(tx, accountId, at, accountDay(at), portfolio);
  });
}

/**
 * Lets open trades see the last quotes, and keeps what every account of a team is worth: risk's limits in percent are of
 * it, and what positions have gained takes room of its limits on exposure. An account with something unpriced is worth
 * nobody knows what: risk keeps what it had, and denies when that is old. Buying power is the cash, as if no venue lent
 * anything. Repeating an instant is harmless.
 */
export function snapshotTeam(database: Database, teamId: Id, at: Date): Promise<void> {
  return database.transaction(teamId, async (tx) => {
    widenExcursions(tx);
    for (const { accountId, ...portfolio } of await readPortfolios(tx)) {
      insertSnapshot(tx, accountId, at, accountDay(at), portfolio);
      revalueExposures(tx, accountId);
      const { currency, cash, equity, unpriced } = portfolio;
      if (unpriced.length > 0) continue;
      const funds = { equity: decimalText(equity), buyingPower: decimalText(cash) };
      recordFunds(tx, { accountId, currency, ...funds, source: 'ledger' });
    }
  });
}

import { deriveId, type Id } from '@keelson/kernel';
import type { TradingDay } from '@keelson/market';
import type { Database, Tx } from '@keelson/persistence';
import { accountDay } from './account-day.ts';
import { restateAccount } from './restate.ts';
import { hashOf, type Statement, statementOf } from './statement.ts';
import {
  insertStatement,
  lastClosed,
  lockLedger,
  openDifferences,
  readFigures,
  readStatements,
} from './statements.store.ts';

/** How a close ended. Refusals are data: each reason is a sentence, and trading goes on all the same. */
export type CloseOutcome =
  | { readonly outcome: 'closed' | 'already_closed'; readonly statementId: Id; readonly statement: Statement }
  | { readonly outcome: 'refused'; readonly reasons: readonly string[] };

/**
 * Closes a trading day of an account: its statement is written, and no entry comes to that day any more. Refuses while
 * the day is not over, while a difference is open, or when a later day is closed. Closing again gives the same statement.
 */
export async function closeDay(
  database: Database,
  { teamId, accountId, day, now }: { teamId: Id; accountId: Id; day: TradingDay; now: Date },
): Promise<CloseOutcome> {
  if (accountDay(now) <= day) return refused(`the trading day ${day} is not over`);
  // In transactions of their own: a replay takes a position's lock first, and an entry's second.
  await restateAccount(database, teamId, accountId);
  return database.transaction(teamId, async (tx) => {
    await lockLedger(tx, accountId);
    const [given] = await readStatements(tx, day, accountId);
    if (given) return { outcome: 'already_closed', statementId: given.statementId, statement: given.content };
    const { last, before } = await lastClosed(tx, accountId, day);
    if (last !== undefined && last > day) return refused(`${last} is closed already, and days are closed in order`);
    const differences = await openDifferences(tx, accountId);
    if (differences.length > 0) return { outcome: 'refused', reasons: differences };
    const statement = statementOf(accountId, day, before, await readFigures(tx, accountId, day, before));
    const statementId = deriveId('statement', accountId, day);
    insertStatement(tx, statementId, statement, hashOf(statement));
    return { outcome: 'closed', statementId, statement };
  });
}

/** Makes a given statement again from the entries; equal to what was given out, or the books were tampered with. */
export async function reproduceStatement(
  tx: Tx,
  accountId: Id,
  day: TradingDay,
): Promise<{ statement: Statement; hash: string }> {
  const { before } = await lastClosed(tx, accountId, day);
  const statement = statementOf(accountId, day, before, await readFigures(tx, accountId, day, before));
  return { statement, hash: hashOf(statement) };
}

function refused(reason: string): CloseOutcome {
  return { outcome: 'refused', reasons: [reason] };
}

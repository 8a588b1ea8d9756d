import type { Message } from '@keelson/contracts';
import type { Id } from '@keelson/kernel';
import type { Tx } from '@keelson/persistence';
import { z } from 'zod';
import type { Context } from '../framework/context.ts';
import { recordOperation } from '../stack/audit.ts';
import { withDatabase } from '../stack/open-database.ts';
import { teamOfAccount } from './accounts.ts';

/** An amount as it is typed; at most twelve places, so that nothing of it is rounded. */
export const amountArgument = z
  .string()
  .regex(/^\d{1,18}(\.\d{1,12})?$/, 'must be an amount above zero, e.g. 1500.50')
  .refine((text) => /[1-9]/.test(text), 'must be above zero');

/** Entries that a command posted. */
export const postedEntries = z.object({
  account_id: z.string(),
  /** False when it was booked before: then nothing was written. */
  written: z.boolean(),
  entries: z.array(
    z.object({
      entry_id: z.string(),
      kind: z.string(),
      symbol: z.string().nullable(),
      currency: z.string(),
      cash: z.string(),
      realised_profit: z.string(),
    }),
  ),
});
export type PostedEntries = z.infer<typeof postedEntries>;

/** Books by a command of the ledger, and tells the screens, in one transaction of the account's team. */
export function bookByCommand(
  context: Context,
  accountId: Id,
  work: (tx: Tx, teamId: Id) => Promise<readonly Message[]>,
): Promise<PostedEntries> {
  return withDatabase(context, async (db) => {
    const { announce } = await import('@keelson/stream');
    const teamId = await teamOfAccount(db, accountId);
    const messages = await db.transaction(teamId, async (tx) => {
      const told = await work(tx, teamId);
      for (const message of told) announce(tx, message);
      return told;
    });
    const entries = messages.filter((message) => message.type === 'entry.posted');
    return {
      account_id: accountId,
      written: entries.length > 0,
      entries: entries.map(({ payload }) => ({
        entry_id: payload.entryId,
        kind: payload.kind,
        symbol: payload.symbol ?? null,
        currency: payload.currency,
        cash: payload.cash,
        realised_profit: payload.realisedProfit,
      })),
    };
  });
}

/** Records in the team's audit log what was booked; a repetition booked nothing. */
export async function auditEntries(
  context: Context,
  action: string,
  reference: string,
  { account_id: accountId, written, entries }: PostedEntries,
): Promise<void> {
  if (!written) return;
  const teamId = await withDatabase(context, (db) => teamOfAccount(db, accountId));
  await recordOperation(context, {
    action,
    subject: `account:${accountId}`,
    reason: reference,
    details: { entries },
    teamId,
  });
}

/** The same for a person. */
export function entryLines({ written, entries }: PostedEntries): string {
  if (!written) return 'Nothing to book: it is in the books already, or nothing is held.';
  return entries
    .map(({ kind, symbol, currency, cash }) => `${kind}${symbol ? ` ${symbol}` : ''}: cash ${cash} ${currency}`)
    .join('\n');
}

import type { Message } from '@keelson/contracts';
import { Decimal, deriveId, type Id, invariant, ZERO } from '@keelson/kernel';
import type { Tx } from '@keelson/persistence';
import { accountDay } from './account-day.ts';
import { isPosted } from './commands.store.ts';
import { capitalEntry, conversionEntry, type Posting } from './entry.ts';
import { type EntryKind, insertEntry } from './ledger.store.ts';
import { posted } from './messages.ts';
import { addMovement } from './running-totals.ts';

interface CashCommand {
  readonly teamId: Id;
  readonly accountId: Id;
  /** Names the movement: the same reference is the same movement, and is booked once. */
  readonly reference: string;
  readonly at: Date;
}

/** Money that the owner pays in (positive) or takes out (negative); decimal text. */
export interface CapitalMovement extends CashCommand {
  readonly amount: string;
  readonly currency: string;
}

/** Books a deposit or a withdrawal. Returns what is to be told; nothing when that reference is booked already. */
export async function moveCapital(tx: Tx, movement: CapitalMovement): Promise<readonly Message[]> {
  const amount = new Decimal(movement.amount);
  invariant(!amount.isZero(), 'A deposit or withdrawal is of some amount');
  const kind = amount.isPositive() ? 'deposit' : 'withdrawal';
  return postCash(tx, movement, kind, capitalEntry(amount, movement.currency));
}

/** One currency sold for another, at whatever rate the two amounts come to; decimal text, both positive. */
export interface CurrencyConversion extends CashCommand {
  readonly sold: { readonly amount: string; readonly currency: string };
  readonly bought: { readonly amount: string; readonly currency: string };
}

/** Books a conversion by way of the trading account of each currency, so that the entry balances in both. */
export async function convertCurrency(tx: Tx, conversion: CurrencyConversion): Promise<readonly Message[]> {
  const [sold, bought] = [conversion.sold, conversion.bought].map(({ amount, currency }) => {
    const decimal = new Decimal(amount);
    invariant(decimal.gt(0), 'Both amounts of a conversion are positive');
    return { amount: decimal, currency };
  }) as [{ amount: Decimal; currency: string }, { amount: Decimal; currency: string }];
  return postCash(tx, conversion, 'conversion', conversionEntry(sold, bought));
}

async function postCash(
  tx: Tx,
  { teamId, accountId, reference, at }: CashCommand,
  kind: EntryKind,
  postings: readonly Posting[],
): Promise<readonly Message[]> {
  const entryId = deriveId('cash', accountId, reference);
  if (await isPosted(tx, entryId)) return [];
  const day = accountDay(at);
  insertEntry(tx, { entryId, accountId, kind, day, reference }, postings);
  const cash = postings.filter(({ ledgerAccount }) => ledgerAccount === 'cash');
  for (const { currency, amount } of cash) {
    addMovement(tx, accountId, { currency, day, cash: amount, realisedProfit: ZERO, fees: ZERO, fills: 0 });
  }
  const none = { cost: ZERO, realisedProfit: ZERO, fee: ZERO };
  // Told once, by the currency that came in; a withdrawal has only the one that went.
  const { currency, amount } = cash.at(-1)!;
  return [posted(teamId, { entryId, kind, accountId, currency, cash: amount, ...none })];
}

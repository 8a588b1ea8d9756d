import type { Message } from '@keelson/contracts';
import { deriveId, type Id, invariant } from '@keelson/kernel';
import type { StepWork } from '@keelson/messaging';
import { accountDay } from './account-day.ts';
import type { BookedEntry, History } from './history.store.ts';
import { type Book, type Books, reverseEntry } from './ledger.store.ts';
import { posted } from './messages.ts';
import { signedCost } from './position.ts';
import { applyRebuild } from './restate.ts';
import { addMovement } from './running-totals.ts';

/**
 * The venue took an execution back: its entry is reversed, and what is left of the symbol is replayed in the order of
 * execution, so that position and trades are as if it had never been. Both entries count to the day of the bust, or the
 * open one: a statement that was given out stays as it is.
 */
export function bust(
  { teamId, payload }: Message<'order.fill_busted'>,
  { bySymbol, histories }: Books & { readonly histories: ReadonlyMap<string, History> },
  { tx }: StepWork,
): readonly Message[] {
  const { fillId, symbol, signalId, reason, at } = payload;
  const book = bySymbol.get(symbol);
  const history = histories.get(symbol);
  const busted = history?.entries.find((entry) => entry.fillId === fillId);
  // Its fill waits for another commit of this step, then: this message is taken up again after it.
  invariant(book && history && busted, `Fill ${fillId} is booked before its bust is`);
  if (busted.reversed) return [];

  const reversal = deriveId('reversal', busted.entryId);
  const day = accountDay(at);
  reverseEntry(tx, { entryId: reversal, reverses: busted.entryId, day, reference: reason });
  const movement = { currency: busted.currency, day, cash: busted.cash.negated(), fees: busted.fee.negated() };
  const remaining = history.entries.filter((entry) => !entry.reversed && entry !== busted);
  const messages = applyRebuild(tx, {
    ...{ teamId, book, remaining, trades: history.trades, booked: withoutEntry(book, busted) },
    ...{ cause: reversal, day, signalId, currency: busted.currency, multiplier: busted.multiplier },
  });
  addMovement(tx, book.accountId, { ...movement, realisedProfit: busted.realisedProfit.negated(), fills: -1 });
  return [posted(teamId, reversalOf(busted, book, reversal, signalId)), ...messages];
}

/** What the entries of the symbol add up to once one of them is reversed. */
function withoutEntry({ position }: Book, { cost, realisedProfit }: BookedEntry) {
  return {
    cost: signedCost(position).minus(cost),
    realisedProfit: position.realisedProfit.minus(realisedProfit),
  };
}

function reversalOf(busted: BookedEntry, { accountId, symbol }: Book, entryId: Id, signalId: Id) {
  return {
    ...{ entryId, kind: 'reversal' as const, accountId, symbol, currency: busted.currency, signalId },
    ...{ cost: busted.cost.negated(), realisedProfit: busted.realisedProfit.negated() },
    ...{ cash: busted.cash.negated(), fee: busted.fee.negated(), reverses: busted.entryId },
  };
}

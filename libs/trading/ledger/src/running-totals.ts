import type { TradingDay } from '@keelson/market';
import { type Decimal, type Id, ZERO } from '@keelson/kernel';
import { PerTransaction, type Tx } from '@keelson/persistence';
import { addTotals, recountStreaks } from './running-totals.store.ts';

/** What an entry moves of an account's totals. */
export interface Movement {
  readonly currency: string;
  /** The day it happened on; a closed day passes it on to the open one. */
  readonly day: TradingDay;
  readonly cash: Decimal;
  readonly realisedProfit: Decimal;
  readonly fees: Decimal;
  readonly fills: number;
}

/** How a strategy's streak goes on: `losses` more, after a win in this commit when `broken`. */
export interface StreakChange {
  losses: number;
  broken: boolean;
  lastTradeId: Id;
}

interface Totals {
  readonly movements: Movement[];
  readonly streaks: Map<string, StreakChange>;
  readonly recount: Set<string>;
}

/** By account. */
const ofTransactions = new PerTransaction<Totals>();

/** The totals of an account in a transaction: written once, at its end, because every booking of the account wants them. */
function totalsOf(tx: Tx, accountId: Id): Totals {
  return ofTransactions.get(tx, accountId, () => {
    const totals: Totals = { movements: [], streaks: new Map(), recount: new Set() };
    const write = (): void => {
      addTotals(tx, accountId, totals.movements, totals.streaks);
      if (totals.recount.size > 0) recountStreaks(tx, accountId, [...totals.recount]);
    };
    tx.atEnd('totals', write, accountId);
    return totals;
  });
}

/** Adds to cash, realised profit, fees and fills of an account. */
export function addMovement(tx: Tx, accountId: Id, movement: Movement): void {
  totalsOf(tx, accountId).movements.push(movement);
}

/** A round trip ended: a loss net of fees prolongs the streak of its strategy, a profit ends it, a scratch does neither. */
export function addOutcome(tx: Tx, accountId: Id, strategy: string, tradeId: Id, netProfit: Decimal): void {
  const { streaks } = totalsOf(tx, accountId);
  const streak = streaks.get(strategy) ?? { losses: 0, broken: false, lastTradeId: tradeId };
  if (netProfit.gt(ZERO)) Object.assign(streak, { losses: 0, broken: true });
  else if (netProfit.lt(ZERO)) streak.losses += 1;
  streak.lastTradeId = tradeId;
  streaks.set(strategy, streak);
}

/** Counts a strategy's streak anew from its trades: what was told of them has changed. */
export function recountStreak(tx: Tx, accountId: Id, strategy: string): void {
  totalsOf(tx, accountId).recount.add(strategy);
}

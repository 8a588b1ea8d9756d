import { createHash } from 'node:crypto';
import { Decimal, decimalText, type Id, ZERO } from '@keelson/kernel';
import type { TradingDay } from '@keelson/market';

/** Why cash moved, as a statement says it. */
export type CashCause = 'trading' | 'fees' | 'deposits' | 'withdrawals' | 'conversions';

/** Cash that a day's entries moved, added up per currency and cause; decimal text. */
export interface CashLine {
  readonly currency: string;
  readonly cause: CashCause;
  readonly amount: string;
}

/** What the entries up to and of a day add up to. */
export interface DayFigures {
  readonly opening: readonly { readonly currency: string; readonly cash: string }[];
  readonly moved: readonly CashLine[];
  readonly realised: readonly { readonly currency: string; readonly profit: string }[];
  readonly positions: readonly {
    readonly symbol: string;
    readonly currency: string;
    readonly quantity: string;
    readonly cost: string;
  }[];
  /** Entries of this day that take back, or follow from, an entry of a day that was closed by then. */
  readonly corrections: readonly {
    readonly entry_id: Id;
    readonly reverses: Id;
    readonly of_day: TradingDay;
    readonly reference: string | null;
  }[];
  readonly entries: number;
}

interface CurrencyStatement {
  readonly currency: string;
  readonly opening: string;
  readonly moved: Readonly<Partial<Record<CashCause, string>>>;
  readonly closing: string;
  /** Before fees; the fees are among what moved. */
  readonly realised_profit: string;
}

/** What an account had, did and has, on one trading day. Made of entries alone, so it can be made again. */
export interface Statement {
  readonly account_id: Id;
  readonly trading_day: TradingDay;
  /** The last day that was closed before; its statement's closing is this one's opening. Null on the first. */
  readonly since: TradingDay | null;
  readonly currencies: readonly CurrencyStatement[];
  readonly positions: DayFigures['positions'];
  readonly corrections: DayFigures['corrections'];
  readonly entries: number;
}

/** Puts a statement together: opening + what moved = closing, in each currency. */
export function statementOf(
  accountId: Id,
  day: TradingDay,
  since: TradingDay | undefined,
  figures: DayFigures,
): Statement {
  const named = [...figures.opening, ...figures.moved, ...figures.realised].map(({ currency }) => currency);
  const currencies = [...new Set(named)].toSorted();
  return {
    account_id: accountId,
    trading_day: day,
    since: since ?? null,
    currencies: currencies.map((currency) => currencyStatement(currency, figures)),
    positions: figures.positions.map((position) => ({
      ...position,
      quantity: decimalText(new Decimal(position.quantity)),
      cost: decimalText(new Decimal(position.cost)),
    })),
    corrections: figures.corrections,
    entries: figures.entries,
  };
}

function currencyStatement(currency: string, { opening, moved, realised }: DayFigures): CurrencyStatement {
  const lines = moved.filter((line) => line.currency === currency);
  const before = new Decimal(opening.find((line) => line.currency === currency)?.cash ?? 0);
  const closing = lines.reduce((sum, { amount }) => sum.plus(amount), before);
  const profit = realised.find((line) => line.currency === currency)?.profit;
  return {
    currency,
    opening: decimalText(before),
    moved: Object.fromEntries(lines.map(({ cause, amount }) => [cause, decimalText(new Decimal(amount))])),
    closing: decimalText(closing),
    realised_profit: decimalText(profit === undefined ? ZERO : new Decimal(profit)),
  };
}

/** What tells two statements apart. */
export function hashOf(statement: Statement): string {
  return createHash('sha256').update(JSON.stringify(statement)).digest('hex');
}

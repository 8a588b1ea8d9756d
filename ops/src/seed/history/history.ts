import { SimulatedBroker } from '@keelson/brokers';
import { type Id } from '@keelson/kernel';
import { closeDay, moveCapital, snapshotAccount } from '@keelson/ledger';
import { accountDayOf, sessionOn, type TradingDay } from '@keelson/market';
import type { Database } from '@keelson/persistence';
import { hasHistory, historyAccountOf, writeHistoryAccount } from './account.store.ts';
import { HistoryFlow } from './flow.ts';
import { randomFrom } from './random.ts';
import { Trader } from './trader.ts';
import { WalkingMarket } from './walking-market.ts';

export interface HistoryParts {
  /** As the owner of the tables: accounts and limits are not for services to write. */
  readonly admin: Database;
  /** As the services connect. */
  readonly database: Database;
  readonly teamId: Id;
  /** Trading days, the last one before `until`. */
  readonly days: number;
  /** The same seed and last day give the same history. */
  readonly seed: number;
  readonly until: TradingDay;
  readonly onDay?: (day: TradingDay, signals: number) => void;
}

export interface HistoryOutcome {
  readonly accountId: Id;
  /** False when the account had one already: then nothing was written. */
  readonly written: boolean;
  readonly days: readonly TradingDay[];
  readonly signals: number;
}

const STEP_MS = 300_000;
const DAY_MS = 86_400_000;
/** After the close of the stock market, and before the day of the account ends. */
const CLOSING_MS = 1_800_000;

/** The trading days of the stock market before a day, oldest first. */
export function tradingDaysBefore(until: TradingDay, count: number): readonly TradingDay[] {
  const days: TradingDay[] = [];
  for (let at = Date.parse(until) - DAY_MS; days.length < count; at -= DAY_MS) {
    const day = new Date(at).toISOString().slice(0, 10);
    if (sessionOn('XNYS', day)) days.unshift(day);
  }
  return days;
}

/**
 * Makes a history of trading by the real flow: every signal is decided, placed, routed, applied and booked as one that
 * comes in now, at a venue in this process whose clock and prices are made up; every day is closed. Needs Postgres only.
 */
export async function writeHistory(parts: HistoryParts): Promise<HistoryOutcome> {
  const { admin, database, teamId } = parts;
  const accountId = historyAccountOf(teamId);
  await admin.transaction(teamId, async (tx) => writeHistoryAccount(tx, teamId));
  const days = tradingDaysBefore(parts.until, parts.days);
  if (await database.transaction(teamId, (tx) => hasHistory(tx, accountId))) {
    return { accountId, written: false, days, signals: 0 };
  }
  const random = randomFrom(parts.seed);
  const market = new WalkingMarket(random);
  const venue = new SimulatedBroker(market);
  const flow = new HistoryFlow(database, teamId, venue);
  const trader = new Trader({ accountId, market, venue, flow, random });
  await flow.start();
  try {
    await payIn(parts, accountId, days[0]!);
    for (const [index, day] of days.entries()) {
      await tradeDay(trader, day, { bust: index === Math.floor(days.length / 2) });
      await endOfDay(parts, accountId, day, market);
      parts.onDay?.(day, trader.signals);
    }
  } finally {
    await flow.stop();
  }
  return { accountId, written: true, days, signals: trader.signals };
}

async function payIn({ database, teamId }: HistoryParts, accountId: Id, day: TradingDay): Promise<void> {
  const at = sessionOn('XNYS', day)!.opensAt;
  const deposit = { teamId, accountId, amount: '250000', currency: 'USD', reference: 'opening balance', at };
  await database.transaction(teamId, (tx) => moveCapital(tx, deposit));
}

async function tradeDay(trader: Trader, day: TradingDay, { bust }: { bust: boolean }): Promise<void> {
  const { opensAt, closesAt } = sessionOn('XNYS', day)!;
  const last = closesAt.getTime() - STEP_MS;
  let due = bust;
  for (let at = opensAt.getTime(); at < last; at += STEP_MS) {
    // What happened over night comes with the first step.
    await trader.step(new Date(at), at === opensAt.getTime() ? 3 : 1, at < last - 12 * STEP_MS);
    if (due && (await trader.bustOne())) due = false;
  }
  await trader.endDay(new Date(last));
}

/** Snapshot and close, as beat does them. */
async function endOfDay(
  { database, teamId }: HistoryParts,
  accountId: Id,
  day: TradingDay,
  market: WalkingMarket,
): Promise<void> {
  const at = new Date(sessionOn('XNYS', day)!.closesAt.getTime() + CLOSING_MS);
  await snapshotAccount(database, { teamId, accountId, at, prices: market.prices() });
  const outcome = await closeDay(database, { teamId, accountId, day, now: new Date(at.getTime() + DAY_MS) });
  if (outcome.outcome === 'refused') throw new Error(`${day} can not be closed: ${outcome.reasons.join('; ')}`);
}

/** The day that trades now: a history ends before it. */
export function today(now = new Date()): TradingDay {
  return accountDayOf(now);
}

import { type Clock, Decimal, type Id, price, quantity, ZERO } from '@keelson/kernel';
import { accountDayOf, calendarOf } from '@keelson/market';
import type { Tx } from '@keelson/persistence';
import { dayResultOf, rateOf } from './conversion.ts';
import type { DecisionSource } from './decisions/decision-source.ts';
import { regimeOf } from './decisions/regime.ts';
import type { LimitBook } from './limits.ts';
import { type LegRow, loadLimits, loadSituationRow, type SituationRow } from './risk.store.ts';
import type { ExposureFacts, Limits, QuoteFacts, Situation } from './situation.ts';
import type { LegFacts } from './spread.ts';
import { bindingState, type ScopedState } from './trading-state.ts';

/** Where risk reads implied volatility; answers at once, from memory, and undefined for what it does not know. */
export interface IvRankSource {
  ivRankOf(symbol: string, now: Date): Decimal | undefined;
}

/** The account's trading day, worked out once a minute: it rolls at a full hour, and calendars are slow. */
export function todayBy(clock: Clock): () => string {
  let [minute, day] = [NaN, ''];
  return () => {
    const now = clock.now();
    const current = Math.floor(now.getTime() / MINUTE_MS);
    if (current !== minute) [minute, day] = [current, accountDayOf(now)];
    return day;
  };
}
const MINUTE_MS = 60_000;

export interface SituationSources {
  readonly today: () => string;
  readonly limitBook: LimitBook;
  readonly decisions?: DecisionSource;
  readonly ivRanks?: IvRankSource;
}

export interface Loaded {
  readonly situation: Situation;
  /** The states that bind, one by one. */
  readonly states: readonly ScopedState[];
  /** True when the signal has its verdict already. */
  readonly decided: boolean;
}

/** Reads what the checks of a signal look at: one statement, and one more only where the account's limits have changed. */
export async function loadSituation(tx: Tx, signalId: Id, sources: SituationSources): Promise<Loaded> {
  const row = await loadSituationRow(tx, signalId, sources.today());
  const { limits, version } = await limitsFor(tx, row, sources.limitBook);
  const situation = situationOf(signalId, row, limits, version);
  return {
    situation: { ...situation, ...fromMemory(situation, tx.teamId, sources) },
    states: row.states ?? [],
    decided: row.decided,
  };
}

async function limitsFor(tx: Tx, row: SituationRow, book: LimitBook): Promise<{ limits: Limits; version: number }> {
  const { account_id: accountId, strategy, symbol, limits_version: version } = row;
  if (version === null) return { limits: {}, version: 0 };
  const known = book.find(accountId, version, strategy, symbol);
  if (known) return { limits: known, version };
  const read = await loadLimits(tx, accountId);
  book.learn(accountId, read);
  return { limits: book.find(accountId, read.version, strategy, symbol)!, version: read.version };
}

/** What this process knows without asking; nothing of it is waited for. */
function fromMemory(
  situation: Situation,
  teamId: Id | undefined,
  { decisions, ivRanks }: SituationSources,
): Pick<Situation, 'decision' | 'ivRank'> {
  const { strategy, symbol, quote, now } = situation;
  const regime = regimeOf(quote, now);
  const decision = teamId && decisions?.find({ teamId, strategy, symbol, regime }, now);
  const ivRank = ivRanks?.ivRankOf(symbol, now);
  return { ...(decision && { decision: { ...decision, regime } }), ...(ivRank && { ivRank }) };
}

function situationOf(signalId: Id, row: SituationRow, limits: Limits, limitsVersion: number): Situation {
  const { state, generation } = bindingState(row.states ?? []);
  return {
    signalId,
    accountId: row.account_id,
    strategy: row.strategy,
    symbol: row.symbol,
    side: row.side,
    quantity: quantity(row.quantity),
    price: price(row.price),
    terms: row.terms ?? { type: 'market', timeInForce: 'day' },
    ...(row.exits && { exits: row.exits }),
    ...(row.legs && { legs: row.legs.map(legOf) }),
    reduceOnly: row.reduce_only,
    broker: row.broker,
    instrument: {
      kind: row.kind,
      calendar: calendarOf(row),
      multiplier: new Decimal(row.multiplier),
      currency: row.currency,
      ...(row.initial_margin !== null && { initialMargin: new Decimal(row.initial_margin) }),
      ...(row.instrument_expires_at && { expiresAt: row.instrument_expires_at }),
    },
    expiresAt: row.expires_at,
    now: row.now,
    tradingState: state,
    haltGeneration: generation,
    limits,
    limitsVersion,
    exposures: (row.exposures ?? []).map(exposureOf),
    maySellShort: row.may_sell_short,
    position: decimalOr(row.position),
    openPositions: row.open_positions,
    openBuys: new Decimal(row.buys),
    openSells: new Decimal(row.sells),
    ...(row.equity !== null && {
      funds: { equity: new Decimal(row.equity), buyingPower: new Decimal(row.buying_power!) },
    }),
    dayResult: dayResultOf(row, limits),
    rate: rateOf(row.currency, row, limits),
    consecutiveLosses: row.consecutive_losses ?? 0,
    approvals: { lastSecond: row.approvals?.[0] ?? 0, lastMinute: row.approvals?.[1] ?? 0 },
    ...quoteOf(row),
    ...(row.restriction !== null && { restriction: row.restriction }),
    ...(row.twin && { twin: row.twin }),
    ...(row.sending !== null && { sending: row.sending }),
  };
}

function decimalOr(text: string | null): Decimal {
  return text === null ? ZERO : new Decimal(text);
}

function quoteOf({ bid, ask, quoted_at: at }: SituationRow): { quote?: QuoteFacts } {
  return bid === null || ask === null || at === null
    ? {}
    : { quote: { bid: new Decimal(bid), ask: new Decimal(ask), at } };
}

function exposureOf([scope, held, reserved, maximum]: readonly [string, string, string, string | null]): ExposureFacts {
  return {
    scope,
    held: new Decimal(held),
    reserved: new Decimal(reserved),
    maximum: maximum === null ? null : new Decimal(maximum),
  };
}

function legOf(leg: LegRow): LegFacts {
  const { symbol, side, underlying, right, strike, expiresAt, quotedAt } = leg;
  const [position, buys, sells] = [new Decimal(leg.position), new Decimal(leg.openBuys), new Decimal(leg.openSells)];
  const left = side === 'sell' ? position.minus(sells) : position.negated().minus(buys);
  return {
    symbol,
    side,
    quantity: new Decimal(leg.quantity),
    price: new Decimal(leg.price),
    multiplier: new Decimal(leg.multiplier),
    reducible: Decimal.max(left, ZERO),
    ...(quotedAt !== null && { quotedAt: new Date(quotedAt) }),
    ...(underlying !== null &&
      right !== null &&
      strike !== null &&
      expiresAt !== null && {
        option: { underlying, right, strike: new Decimal(strike), expiresAt: new Date(expiresAt) },
      }),
  };
}

import type { Message, Payload } from '@keelson/contracts';
import { type Clock, type Decimal, decimalText, deriveId, systemClock } from '@keelson/kernel';
import { holdTradingState, type StepHandler } from '@keelson/messaging';
import type { Tx } from '@keelson/persistence';
import { companyOf } from './company.ts';
import { deniedMessage } from './denied-message.ts';
import type { DenialCode, Finding } from './denial.ts';
import type { DecisionSource } from './decisions/decision-source.ts';
import { sealApproval } from './exposure.store.ts';
import { LimitBook } from './limits.ts';
import { type IvRankSource, type Loaded, loadSituation, type SituationSources, todayBy } from './load-situation.ts';
import { insertVerdict } from './risk.store.ts';
import type { Situation } from './situation.ts';
import { reducing, reservation } from './size.ts';
import { haltStrategy } from './strategy-halt.ts';
import { verdictOn } from './verdict.ts';

/** What a process may bring along; without it the checks decide by limits and rows alone. */
export interface DecideParts {
  readonly decisions?: DecisionSource;
  readonly ivRanks?: IvRankSource;
  /** For the trading day, which is the calendar's; what is late is up to Postgres' clock. */
  readonly clock?: Clock;
}

/**
 * Step decide: exactly one verdict per signal. An approval reserves its exposure in the same transaction; if another
 * approval took the room in between, seal_approval raises, the transaction falls, and the signal is decided anew.
 */
export function makeDecide({ clock = systemClock, ...sources }: DecideParts = {}): StepHandler<Loaded> {
  const all: SituationSources = { ...sources, limitBook: new LimitBook(), today: todayBy(clock) };
  return {
    step: 'decide',
    together: true,

    prefetch(tx, signalId) {
      holdTradingState(tx);
      return loadSituation(tx, signalId, all);
    },

    handle(message, loaded, { tx }) {
      if (loaded.decided) return [];
      const company = companyOf(tx, loaded.situation.accountId);
      const situation = company.asSeenBy(loaded.situation);
      const verdict = verdictOn(situation);
      insertVerdict(tx, situation, verdict);
      if (verdict.code) return refused(tx, message, loaded, verdict.code, verdict.findings.at(-1)!);
      company.approve(situation);
      seal(tx, situation);
      return [approved(message, situation)];
    },
  };
}

/** Step decide without decisions made ahead. */
export const decide = makeDecide();

function seal(tx: Tx, situation: Situation): void {
  const { signalId, accountId, strategy, symbol, side, limits } = situation;
  sealApproval(tx, {
    ...{ signalId, accountId, strategy, symbol, side },
    amount: reservation(situation),
    reducing: reducing(situation),
    perSecond: wholeOrders(limits.max_orders_per_second),
    perMinute: wholeOrders(limits.max_orders_per_minute),
  });
}

/** Rounded up, as the check does by comparing; the cap is that of an integer in Postgres, and out of any strategy's reach. */
function wholeOrders(limit: Decimal | null | undefined): number | null {
  return limit ? Math.min(limit.ceil().toNumber(), MOST_ORDERS) : null;
}
const MOST_ORDERS = 1_000_000_000;

/** A denial, and where losses in a row are the reason, the halt of the strategy with it. */
function refused(
  tx: Tx,
  message: Message,
  { situation, states }: Loaded,
  code: DenialCode,
  finding: Finding,
): readonly Message[] {
  const answer = denied(message, situation, code, finding.numbers);
  if (code !== 'consecutive_losses') return [answer];
  const reason = `${situation.consecutiveLosses} losses in a row`;
  companyOf(tx, situation.accountId).close(`strategy ${situation.strategy} is being halted`);
  return [answer, haltStrategy(tx, message.teamId, situation.strategy, states, reason)];
}

function approved(message: Message, situation: Situation): Message<'order.approved'> {
  const { instrument, terms, exits, legs, rate } = situation;
  const intentId = deriveId('intent', situation.signalId);
  const payload: Payload<'order.approved'> = {
    signalId: situation.signalId,
    intentId,
    accountId: situation.accountId,
    symbol: situation.symbol,
    side: situation.side,
    quantity: decimalText(situation.quantity),
    price: decimalText(situation.price),
    notional: decimalText(reservation(situation)),
    ...(rate !== 'unknown' && !rate.eq(1) && { rate: decimalText(rate) }),
    broker: situation.broker,
    multiplier: decimalText(instrument.multiplier),
    currency: instrument.currency,
    terms,
    ...(exits && { exits }),
    ...(legs && {
      legs: legs.map(({ symbol, side, quantity, price, multiplier }) => ({
        ...{ symbol, side },
        quantity: decimalText(quantity),
        price: decimalText(price),
        multiplier: decimalText(multiplier),
      })),
    }),
    reduceOnly: situation.reduceOnly,
    expiresAt: situation.expiresAt.toISOString(),
  };
  return {
    id: deriveId('order.approved', situation.signalId),
    type: 'order.approved',
    teamId: message.teamId,
    key: intentId,
    payload,
  };
}

function denied(
  message: Message,
  { signalId, accountId, symbol, side, quantity }: Situation,
  code: DenialCode,
  numbers: Readonly<Record<string, string>>,
): Message<'order.denied'> {
  const order = { signalId, accountId, symbol, side, quantity: decimalText(quantity) };
  return deniedMessage(message.teamId, { ...order, code, numbers });
}

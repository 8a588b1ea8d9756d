import type { Message, Payload } from '@keelson/contracts';
import { decimalText, deriveId } from '@keelson/kernel';
import { holdTradingState, type StepHandler } from '@keelson/messaging';
import type { DenialCode } from './denial.ts';
import { insertVerdict, loadSituation, reserveExposure } from './risk.store.ts';
import type { Situation } from './situation.ts';
import { verdictOn } from './verdict.ts';

interface DecideContext {
  readonly situation: Situation;
  readonly decided: boolean;
}

/**
 * Step decide: exactly one verdict per signal. An approval reserves its exposure in the same transaction; if another
 * approval took the room in between, reserve_exposure raises, the transaction falls, and the signal is decided anew.
 */
export const decide: StepHandler<DecideContext> = {
  step: 'decide',

  prefetch(tx, signalId) {
    holdTradingState(tx);
    return loadSituation(tx, signalId);
  },

  handle(message, { situation, decided }, { tx }) {
    if (decided) return [];
    const verdict = verdictOn(situation);
    insertVerdict(tx, {
      signalId: situation.signalId,
      approved: verdict.approved,
      code: verdict.code,
      findings: verdict.findings,
      haltGeneration: situation.haltGeneration,
    });
    if (verdict.code) return [denied(message, situation, verdict.code, verdict.findings.at(-1)!.numbers)];
    reserveExposure(tx, situation.accountId, decimalText(situation.notional));
    return [approved(message, situation)];
  },
};

function approved(message: Message, situation: Situation): Message<'order.approved'> {
  const intentId = deriveId('intent', situation.signalId);
  const payload: Payload<'order.approved'> = {
    signalId: situation.signalId,
    intentId,
    accountId: situation.accountId,
    symbol: situation.symbol,
    side: situation.side,
    quantity: decimalText(situation.quantity),
    price: decimalText(situation.price),
    notional: decimalText(situation.notional),
    broker: situation.broker,
    multiplier: decimalText(situation.multiplier),
    currency: situation.currency,
    terms: { type: 'market', timeInForce: 'day' },
    reduceOnly: false,
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
  situation: Situation,
  code: DenialCode,
  numbers: Readonly<Record<string, string>>,
): Message<'order.denied'> {
  return {
    id: deriveId('order.denied', situation.signalId),
    type: 'order.denied',
    teamId: message.teamId,
    key: situation.signalId,
    payload: {
      signalId: situation.signalId,
      accountId: situation.accountId,
      symbol: situation.symbol,
      side: situation.side,
      quantity: decimalText(situation.quantity),
      code,
      numbers,
    },
  };
}

import { expect, it } from '@jest/globals';
import type { Difference } from '../../src/reconcile/difference.ts';
import type { DriftKind } from '../../src/reconcile/kinds.ts';
import { verifiedUntil } from '../../src/reconcile/verified-until.ts';

const at = (second: number) => new Date(1_700_000_000_000 + second * 1_000);
const LOOK = { since: at(0), from: at(60) };

function ofExecution(kind: DriftKind, second: number): Difference {
  const facts = {
    subject: `${kind} ${second}`,
    symbol: 'ES',
    ours: undefined,
    venue: {},
    order: undefined,
    busy: false,
  };
  const ids = { account: 'a', executionId: facts.subject, venueOrderId: 'v', clientOrderId: undefined, fee: undefined };
  const execution = {
    ...ids,
    symbol: 'ES',
    side: 'buy',
    quantity: '1',
    price: '5',
    at: at(second).toISOString(),
  } as const;
  return { ...facts, kind, execution };
}

it('is the start of the look where nothing differs', () => {
  expect(verifiedUntil(LOOK, [], [])).toEqual(at(60));
});

it('is the first execution that differs, proven or not', () => {
  const [one, other] = [ofExecution('missed_fill', 40), ofExecution('wrong_quantity', 50)];
  expect(verifiedUntil(LOOK, [other, one], [one])).toEqual(at(40));
});

it('is never before what was asked for', () => {
  expect(verifiedUntil(LOOK, [ofExecution('wrong_quantity', -1_000)], [])).toEqual(at(0));
});

it('passes a duplicate that is proven, and not one that was seen once', () => {
  const duplicate = ofExecution('duplicate_fill', 58);
  expect(verifiedUntil(LOOK, [duplicate], [duplicate])).toEqual(at(60));
  expect(verifiedUntil(LOOK, [duplicate], [])).toEqual(at(58));
});

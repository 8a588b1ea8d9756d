import { describe, expect, it } from '@jest/globals';
import { Decimal, deriveId, notional, ZERO } from '@keelson/kernel';
import fc from 'fast-check';
import { entryOf, movedBy, type Settlement } from '../src/entry.ts';
import { averagePrice, execute, FLAT, signedCost, type Execution, type Position } from '../src/position.ts';
import { advance, type RoundTrip } from '../src/round-trip.ts';

const MULTIPLIER = new Decimal(50);
const executions = fc.array(
  fc.record({
    side: fc.constantFrom('buy' as const, 'sell' as const),
    // Twelve decimals, and shares that do not end: rounding has to balance too.
    quantity: fc.bigInt({ min: 1n, max: 3_000_000_000_000n }).map((units) => new Decimal(`${units}`).div('1e12')),
    price: fc.integer({ min: 1, max: 1_000_000 }).map((ticks) => new Decimal(ticks).div(1_000)),
    multiplier: fc.constant(MULTIPLIER),
  }),
  { minLength: 1, maxLength: 25 },
);

const signed = ({ side, quantity }: Execution): Decimal => (side === 'buy' ? quantity : quantity.negated());
const cashOf = (one: Execution): Decimal =>
  notional(one.quantity, one.price, one.multiplier).times(one.side === 'buy' ? -1 : 1);

/** Runs executions one after the other and looks at each change. */
function run(
  all: readonly Execution[],
  look: (one: Execution, change: ReturnType<typeof execute>) => void = () => undefined,
): Position {
  return all.reduce<Position>((position, one) => {
    const change = execute(position, one);
    look(one, change);
    return change.after;
  }, FLAT);
}

const fees = fc.integer({ min: 0, max: 500 }).map((cents) => new Decimal(cents).div(100));

/** Posts the entries of executions, each checked to balance, and adds up what stands on each account. */
function postAll(all: readonly Execution[], settlement: Settlement, fee: Decimal) {
  const balances = new Map<string, Decimal>();
  const last = run(all, (_, change) => {
    const postings = entryOf(movedBy(change), { symbol: 'ES', currency: 'USD', settlement, fee });
    expect(postings.reduce((sum, { amount }) => sum.plus(amount), ZERO).isZero()).toBe(true);
    for (const { ledgerAccount, amount } of postings) {
      balances.set(ledgerAccount, (balances.get(ledgerAccount) ?? ZERO).plus(amount));
    }
  });
  return { balances, last };
}

describe('a position after any executions', () => {
  it('is their signed sum, and flat it has neither cost nor average price', () => {
    fc.assert(
      fc.property(executions, (all) => {
        const position = run(all);
        expect(position.quantity.eq(all.reduce((sum, one) => sum.plus(signed(one)), ZERO))).toBe(true);
        if (position.quantity.isZero())
          expect([position.cost, averagePrice(position, MULTIPLIER)]).toEqual([ZERO, ZERO]);
      }),
    );
  });

  it('costs |quantity| × average × multiplier, never less than nothing, at an average within the prices paid', () => {
    fc.assert(
      fc.property(executions, (all) => {
        const position = run(all, (_, { after }) => expect(after.cost.gte(0)).toBe(true));
        // A quantity this small has an average that is mostly rounding.
        if (position.quantity.abs().lt('0.001')) return;
        const prices = all.map(({ price }) => price);
        const average = averagePrice(position, MULTIPLIER);
        expect(average.gte(Decimal.min(...prices).minus('1e-8'))).toBe(true);
        expect(average.lte(Decimal.max(...prices).plus('1e-8'))).toBe(true);
        const { quantity, cost } = position;
        expect(quantity.abs().times(average).times(MULTIPLIER).minus(cost).abs().lt('1e-8')).toBe(true);
      }),
    );
  });

  it.each(['paid', 'margined'] as const)(
    'posts entries that each sum to zero, and whose parts add up to cash, cost and profit, when %s',
    (settlement) => {
      fc.assert(
        fc.property(executions, fees, (all, fee) => {
          const { balances, last } = postAll(all, settlement, fee);
          const balance = (account: string) => balances.get(account) ?? ZERO;
          const worth = all.reduce((sum, one) => sum.plus(cashOf(one)), ZERO);
          const paid = settlement === 'paid' ? worth : last.realisedProfit;
          expect(balance('cash').eq(paid.minus(fee.times(all.length)))).toBe(true);
          expect(balance('fees').eq(fee.times(all.length))).toBe(true);
          expect(balance('position:ES').eq(signedCost(last))).toBe(true);
          expect(balance('obligation:ES').eq(settlement === 'paid' ? ZERO : signedCost(last).negated())).toBe(true);
          // Credit is profit.
          expect(balance('realised_profit').negated().eq(last.realisedProfit)).toBe(true);
        }),
      );
    },
  );

  it('has earned, realised and not, exactly what it cost or brought in cash and is worth now', () => {
    fc.assert(
      fc.property(executions, fc.integer({ min: 1, max: 1_000_000 }), (all, mark) => {
        const position = run(all);
        const worth = position.quantity.times(mark).times(MULTIPLIER);
        const unrealised = worth.minus(signedCost(position));
        const cash = all.reduce((sum, one) => sum.plus(cashOf(one)), ZERO);
        expect(position.realisedProfit.plus(unrealised).eq(cash.plus(worth))).toBe(true);
      }),
    );
  });

  it('is one round trip at a time, each closed exactly when the position is flat or turns', () => {
    fc.assert(
      fc.property(executions, (all) => {
        let open: RoundTrip | undefined;
        let [closedProfit, closedFees] = [ZERO, ZERO];
        let fills = 0;
        run(all, (one, change) => {
          const fill = {
            fillId: deriveId('fill', (fills += 1)),
            signalId: deriveId('signal', 1),
            strategy: 'test',
            price: one.price,
            multiplier: MULTIPLIER,
            currency: 'USD',
            fee: new Decimal('0.7'),
            stopPrice: undefined,
            executedAt: '2026-01-02T10:00:00.000Z',
          };
          for (const { kind, trade } of advance(open, change, fill)) {
            expect(kind === 'created').toBe(open === undefined);
            expect(trade.exitQuantity.lte(trade.quantity)).toBe(true);
            if (kind === 'closed') {
              expect(trade.exitQuantity.eq(trade.quantity)).toBe(true);
              closedProfit = closedProfit.plus(trade.realisedProfit);
              closedFees = closedFees.plus(trade.fees);
            }
            open = kind === 'closed' ? undefined : trade;
          }
          expect(open?.direction).toBe(
            change.after.quantity.isZero() ? undefined : change.after.quantity.isNegative() ? 'short' : 'long',
          );
          if (open) expect(open.quantity.minus(open.exitQuantity).eq(change.after.quantity.abs())).toBe(true);
          const paid = closedFees.plus(open?.fees ?? ZERO);
          expect(paid.eq(new Decimal('0.7').times(fills))).toBe(true);
          const profit = closedProfit.plus(open?.realisedProfit ?? ZERO);
          expect(profit.eq(change.after.realisedProfit)).toBe(true);
        });
      }),
    );
  });
});

import type { Side } from '@keelson/contracts';
import type { Decimal, Id } from '@keelson/kernel';
import { execute, FLAT, type Position } from './position.ts';
import { advance, type RoundTrip, type TradeFill } from './round-trip.ts';

/** An execution as the books keep it: all that a position and its trades follow from. */
export interface Booked extends TradeFill {
  readonly entryId: Id;
  readonly side: Side;
  readonly quantity: Decimal;
}

/** What executions come to, one after the other. */
export interface Replayed {
  readonly position: Position;
  /** Every round trip, the open one last. */
  readonly trades: readonly RoundTrip[];
  readonly openTrade: RoundTrip | undefined;
}

/** Books executions from nothing, in the order given: that of execution. Pure, so the same executions give the same books. */
export function replay(executions: readonly Booked[]): Replayed {
  let position = FLAT;
  let openTrade: RoundTrip | undefined;
  const trades = new Map<Id, RoundTrip>();
  for (const execution of executions) {
    const change = execute(position, execution);
    position = change.after;
    for (const { kind, trade } of advance(openTrade, change, execution)) {
      trades.set(trade.tradeId, trade);
      openTrade = kind === 'closed' ? undefined : trade;
    }
  }
  return { position, trades: [...trades.values()], openTrade };
}

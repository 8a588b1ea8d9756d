import type { EntryPosted, Message, Trade } from '@keelson/contracts';
import { type Decimal, decimalText, deriveId, type Id } from '@keelson/kernel';
import type { Moved } from './entry.ts';
import type { RoundTrip, RoundTripChange } from './round-trip.ts';
import { resultOf } from './trade-result.ts';

/** An entry as it is told. */
export interface EntryToTell extends Moved {
  readonly entryId: Id;
  readonly kind: EntryPosted['kind'];
  readonly accountId: Id;
  readonly symbol?: string | undefined;
  readonly currency: string;
  /** What the cash account gained, fees taken off. */
  readonly cash: Decimal;
  readonly fee: Decimal;
  readonly fillId?: Id | undefined;
  readonly signalId?: Id | undefined;
  readonly reverses?: Id | undefined;
}

/** entry.posted: told once per entry, whichever way it is posted again. */
export function posted(teamId: Id, entry: EntryToTell): Message<'entry.posted'> {
  const { entryId, kind, accountId, symbol, currency, fillId, signalId, reverses } = entry;
  return {
    id: deriveId('entry.posted', entryId),
    type: 'entry.posted',
    teamId,
    key: entryId,
    payload: {
      ...{ entryId, kind, accountId, currency },
      ...(symbol !== undefined && { symbol }),
      ...(fillId !== undefined && { fillId }),
      ...(signalId !== undefined && { signalId }),
      ...(reverses !== undefined && { reverses }),
      cash: decimalText(entry.cash),
      fee: decimalText(entry.fee),
      realisedProfit: decimalText(entry.realisedProfit),
    },
  };
}

/** What a round trip is told of: where it is, and which signal or command moved it. */
export interface TradePlace {
  readonly accountId: Id;
  readonly symbol: string;
  readonly signalId?: Id | undefined;
}

/** trade.created, updated or closed: told once per trade and cause (a fill, a bust, a command). */
export function told(
  teamId: Id,
  place: TradePlace,
  cause: Id,
  { kind, trade }: RoundTripChange,
  voided = false,
): Message<'trade.created' | 'trade.updated' | 'trade.closed'> {
  const type = `trade.${kind}` as const;
  const key = `${trade.tradeId}/${cause}`;
  return { id: deriveId(type, key), type, teamId, key, payload: payloadOf(trade, place, voided) };
}

function payloadOf(trade: RoundTrip, { accountId, symbol, signalId }: TradePlace, voided: boolean): Trade {
  const { netProfit, rMultiple } = resultOf({
    ...trade,
    openedAt: new Date(trade.openedAt),
    closedAt: trade.closedAt === undefined ? undefined : new Date(trade.closedAt),
  });
  return {
    tradeId: trade.tradeId,
    ...(signalId !== undefined && { signalId }),
    ...{ accountId, symbol, direction: trade.direction },
    quantity: decimalText(trade.quantity),
    entryPrice: decimalText(trade.entryPrice),
    ...(trade.exitPrice && { exitPrice: decimalText(trade.exitPrice) }),
    realisedProfit: decimalText(trade.realisedProfit),
    fees: decimalText(trade.fees),
    netProfit: decimalText(netProfit),
    ...(rMultiple && { rMultiple: decimalText(rMultiple) }),
    ...(trade.strategy !== undefined && { strategy: trade.strategy }),
    currency: trade.currency,
    openedAt: trade.openedAt,
    ...(trade.closedAt && { closedAt: trade.closedAt }),
    ...(voided && { voided }),
  };
}

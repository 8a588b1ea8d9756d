import type { VenueExecution } from '@keelson/brokers';
import { Decimal, newId, ZERO } from '@keelson/kernel';
import type { OurFill, OurOrder, OurPicture, VenuePicture } from '../../src/reconcile/picture.ts';
import { signed, sum } from '../../src/reconcile/picture.ts';

/** Something that happens to an order at the venue, when, and how long its report takes to our books. Milliseconds. */
export interface Happening {
  readonly at: number;
  readonly delay: number;
  readonly what: 'accepted' | 'cancelled' | { readonly filled: number };
  /** Nobody tells us of it. */
  readonly silent?: boolean;
}

export interface ModelOrder {
  readonly name: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly quantity: number;
  /** When our books have it, and it is on its way. */
  readonly placedAt: number;
  readonly happenings: readonly Happening[];
}

/** The moments of one look: when the venue saw each question, and when our books were read. */
export interface LookTimes {
  readonly asked: number;
  readonly orders: number;
  readonly positions: number;
  readonly balances: number;
  readonly executions: number;
  readonly books: number;
}

const PRICE = '10';
const date = (ms: number) => new Date(1_700_000_000_000 + ms);
const venueIdOf = (order: ModelOrder) => `venue-${order.name}`;
const ids = new Map<string, string>();

/** The same id for the same name, for the length of a run. */
function idOf(name: string): string {
  const known = ids.get(name) ?? newId();
  ids.set(name, known);
  return known;
}

function executionsOf(order: ModelOrder, until: (happening: Happening) => boolean): VenueExecution[] {
  return order.happenings.flatMap((happening, index) => {
    if (typeof happening.what === 'string' || !until(happening)) return [];
    return [
      {
        ...{
          account: 'a',
          executionId: `${order.name}-${index}`,
          venueOrderId: venueIdOf(order),
          clientOrderId: order.name,
        },
        ...{
          symbol: order.symbol,
          side: order.side,
          quantity: String(happening.what.filled),
          price: PRICE,
          fee: undefined,
        },
        at: date(happening.at).toISOString(),
      },
    ];
  });
}

const filledIn = (executions: readonly VenueExecution[]) =>
  sum(executions.map(({ quantity }) => new Decimal(quantity)));

/** What the venue shows when it is asked at these moments. */
export function venueAt(orders: readonly ModelOrder[], times: LookTimes): VenuePicture {
  const executionsAt = (moment: number) => orders.flatMap((order) => executionsOf(order, ({ at }) => at <= moment));
  const held = Map.groupBy(executionsAt(times.positions), ({ symbol }) => symbol);
  const cash = sum(
    executionsAt(times.balances).map(({ side, quantity, price }) => signed(side, quantity).times(price).negated()),
  );
  return {
    from: date(times.asked),
    asOf: date(times.executions),
    since: date(-60_000),
    openOrders: orders
      .filter((order) => isOpenAt(order, times.orders))
      .map((order) => ({
        ...{
          account: 'a',
          venueOrderId: venueIdOf(order),
          clientOrderId: order.name,
          symbol: order.symbol,
          side: order.side,
        },
        ...{ quantity: String(order.quantity), terms: { type: 'market', timeInForce: 'day' }, reduceOnly: false },
        filledQuantity: filledIn(executionsOf(order, ({ at }) => at <= times.orders)).toFixed(),
        placedAt: date(order.placedAt).toISOString(),
      })),
    executions: executionsAt(times.executions),
    positions: [...held].map(([symbol, executions]) => ({
      ...{ account: 'a', symbol },
      netQuantity: sum(executions.map(({ side, quantity }) => signed(side, quantity))).toFixed(),
    })),
    balances: [{ account: 'a', currency: 'USD', cash: cash.toFixed() }],
    futuresInFull: false,
  };
}

function isOpenAt(order: ModelOrder, moment: number): boolean {
  const past = order.happenings.filter(({ at }) => at <= moment);
  const filled = filledIn(executionsOf(order, ({ at }) => at <= moment));
  return (
    past.some(({ what }) => what === 'accepted') &&
    !past.some(({ what }) => what === 'cancelled') &&
    filled.lt(order.quantity)
  );
}

/** What our books have when they are read: every report that has come by then, in whatever order. */
export function oursAt(orders: readonly ModelOrder[], { asked, books }: LookTimes): OurPicture {
  const heard = ({ at, delay, silent }: Happening) => !silent && at + delay <= books;
  const fills = orders.flatMap((order) => executionsOf(order, heard).map((execution) => fillOf(execution)));
  const bySymbol = Map.groupBy(fills, ({ symbol }) => symbol);
  return {
    orders: orders.filter(({ placedAt }) => placedAt <= books).map((order) => ourOrder(order, heard, asked)),
    fills,
    positions: new Map(
      [...bySymbol].map(([symbol, some]) => [symbol, sum(some.map(({ side, quantity }) => signed(side, quantity)))]),
    ),
    cash: new Map([
      ['USD', sum(fills.map(({ side, quantity, price }) => signed(side, quantity).times(price).negated()))],
    ]),
    unbooked: new Set(),
    haltedSince: undefined,
  };
}

function ourOrder(order: ModelOrder, heard: (happening: Happening) => boolean, asked: number): OurOrder {
  const known = order.happenings.filter(heard);
  const filledQuantity = filledIn(executionsOf(order, heard));
  const cancelled = known.some(({ what }) => what === 'cancelled');
  const whole = filledQuantity.gte(order.quantity);
  const status = whole
    ? 'filled'
    : cancelled
      ? 'cancelled'
      : filledQuantity.gt(0)
        ? 'partially_filled'
        : known.length > 0
          ? 'accepted'
          : 'submitted';
  return {
    ...{ orderId: idOf(order.name), signalId: idOf(`signal ${order.name}`), clientOrderId: order.name },
    ...{ venueOrderId: known.length > 0 ? venueIdOf(order) : undefined, symbol: order.symbol, side: order.side },
    ...{ quantity: new Decimal(order.quantity), filledQuantity, status },
    // A claim is under way until its answer is in; what was sent or heard after the venue was asked may be missing there.
    busy: status === 'submitted' || order.placedAt > asked || known.some(({ at, delay }) => at + delay > asked),
  };
}

function fillOf(execution: VenueExecution): OurFill {
  const { executionId, clientOrderId, symbol, side, quantity, price, at } = execution;
  return {
    ...{
      fillId: idOf(executionId),
      executionId,
      clientOrderId: clientOrderId!,
      signalId: idOf(`signal ${clientOrderId}`),
      symbol,
      side,
    },
    ...{
      quantity: new Decimal(quantity),
      price: new Decimal(price),
      multiplier: new Decimal(1),
      currency: 'USD',
      fee: ZERO,
    },
    ...{ executedAt: new Date(at), corrected: false, margined: false },
  };
}

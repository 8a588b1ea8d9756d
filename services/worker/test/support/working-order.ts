import type { Id } from '@keelson/kernel';
import { originate, requestCancel, requestReplace, type Requested } from '@keelson/orders';
import type { ReplaceWish } from '@keelson/orders';
import { until } from '@keelson/testkit';
import type { World } from './world.ts';

/** An order that stands at the venue until it is cancelled, or its price comes. */
export interface WorkingOrder {
  readonly orderId: Id;
  readonly clientOrderId: string;
}

let count = 0;

/** Writes a limit order far from the market; who runs route takes it to the venue. */
export async function placeLimit(world: World, limitPrice = '4000', quantity = '4'): Promise<WorkingOrder> {
  count += 1;
  const { teamId, accountId, symbol } = world.team;
  const placed = await world.database.db.transaction(teamId, (tx) =>
    originate(tx, {
      ...{ origin: 'operator', key: `limit-${count}`, strategy: 'operator', role: 'entry', broker: 'paper' },
      ...{ accountId, symbol, side: 'buy', quantity, reduceOnly: false, referencePrice: '5000' },
      terms: { type: 'limit', timeInForce: 'gtc', limitPrice },
      expiresAt: new Date(Date.now() + 60_000),
    }),
  );
  return placed;
}

export function askCancel(world: World, { orderId }: WorkingOrder): Promise<Requested> {
  return world.database.db.transaction(world.team.teamId, (tx) => requestCancel(tx, orderId, 'a test'));
}

export function askReplace(world: World, { orderId }: WorkingOrder, wish: ReplaceWish): Promise<Requested> {
  return world.database.db.transaction(world.team.teamId, (tx) => requestReplace(tx, orderId, wish));
}

export interface OrderState {
  readonly status: string;
  readonly revision: number;
  readonly attempt: number;
  readonly attempt_id: string | null;
  readonly filled: number;
  readonly reason: string | null;
}

/** All revisions of an order's signal, oldest first. */
export async function revisionsOf(world: World, { orderId }: WorkingOrder): Promise<OrderState[]> {
  return world.database.admin<OrderState>(
    `select status, revision, attempt, attempt_id, filled_quantity::float8 as filled, reason from keelson.orders
      where signal_id = (select signal_id from keelson.orders where order_id = $1) order by leg, revision`,
    [orderId],
  );
}

/** Waits until the revisions stand so: 'accepted', or 'replaced accepted'. */
export function untilStatuses(world: World, order: WorkingOrder, statuses: string): Promise<OrderState[]> {
  return until(
    () => revisionsOf(world, order),
    (rows) => rows.map(({ status }) => status).join(' ') === statuses,
  );
}

/** What the venue wrote of an order: types of its events, in order. */
export async function eventsAtVenue(world: World, clientOrderId: string): Promise<string[]> {
  return (await world.venue.log())
    .filter((line) => line.kind === 'event' && line['client_order_id'] === clientOrderId)
    .map((line) => String(line['type']));
}

import type { VenueExecution, VenueOrder } from '@keelson/brokers';
import type { OrderStatus } from '@keelson/contracts';
import type { OurOrder } from './picture.ts';

const OPEN: ReadonlySet<OrderStatus> = new Set(['accepted', 'partially_filled']);
const TERMINAL: ReadonlySet<OrderStatus> = new Set(['filled', 'rejected', 'cancelled', 'expired', 'replaced']);

export function isTerminal(status: OrderStatus): boolean {
  return TERMINAL.has(status);
}

/** Open at the venue, by what it told us. What was sent and not answered yet is route's to find out. */
export function isOpen(status: OrderStatus): boolean {
  return OPEN.has(status);
}

/** Finds our order of something that the venue shows: by the id that we gave it, else by the venue's own. */
export class OrderIndex {
  readonly #byClientOrderId: ReadonlyMap<string, OurOrder>;
  readonly #byVenueOrderId: ReadonlyMap<string, OurOrder>;

  constructor(orders: readonly OurOrder[]) {
    this.#byClientOrderId = new Map(orders.map((order) => [order.clientOrderId, order]));
    this.#byVenueOrderId = new Map(
      orders.flatMap((order) => (order.venueOrderId === undefined ? [] : [[order.venueOrderId, order] as const])),
    );
  }

  byClientOrderId(id: string): OurOrder | undefined {
    return this.#byClientOrderId.get(id);
  }

  of({
    clientOrderId,
    venueOrderId,
  }: Pick<VenueExecution | VenueOrder, 'clientOrderId' | 'venueOrderId'>): OurOrder | undefined {
    const named = clientOrderId === undefined ? undefined : this.#byClientOrderId.get(clientOrderId);
    return named ?? this.#byVenueOrderId.get(venueOrderId);
  }
}

import type { Identity } from '@keelson/access';
import { CurrentIdentity, requireIdentity } from '@keelson/access/module';
import { orderStatus } from '@keelson/contracts';
import { Decimal, decimalText } from '@keelson/kernel';
import { orderEntity, type OrderRow } from '@keelson/orders';
import { Database } from '@keelson/persistence';
import { Controller, Get, Inject, Query, UseGuards } from '@nestjs/common';
import { z } from 'zod';
import { readNewestFirst } from '../paging/newest-first.ts';
import { type Page, pageOf, pageParameters } from '../paging/page.ts';

const orderQuery = z.strictObject({
  ...pageParameters,
  symbol: z.string().min(1).max(64).optional(),
  status: orderStatus.optional(),
});

/** Decimals that an average price is shown with: those that its column could hold. */
const PRICE_DECIMALS = 12;

function averagePrice({ filledQuantity, filledValue }: OrderRow): string | null {
  if (filledQuantity === '0') return null;
  return decimalText(new Decimal(filledValue).div(filledQuantity).toDecimalPlaces(PRICE_DECIMALS));
}

function view(order: OrderRow) {
  return {
    order_id: order.orderId,
    intent_id: order.intentId,
    signal_id: order.signalId,
    account_id: order.accountId,
    broker: order.broker,
    client_order_id: order.clientOrderId,
    venue_order_id: order.venueOrderId,
    symbol: order.symbol,
    side: order.side,
    type: order.type,
    terms: order.terms,
    role: order.role,
    leg: order.leg,
    revision: order.revision,
    replaces: order.replaces,
    reduce_only: order.reduceOnly,
    status: order.status,
    quantity: order.quantity,
    filled_quantity: order.filledQuantity,
    average_price: averagePrice(order),
    reference_price: order.referencePrice,
    currency: order.currency,
    reason: order.reason,
    created_at: order.createdAt,
    submitted_at: order.submittedAt,
    completed_at: order.completedAt,
  };
}

/** Orders of the caller's team, newest first. */
@Controller('orders')
@UseGuards(requireIdentity())
export class OrdersController {
  constructor(@Inject(Database) private readonly database: Database) {}

  @Get()
  async list(
    @CurrentIdentity() { teamId }: Identity,
    @Query({ schema: orderQuery }) { limit, before, symbol, status }: z.infer<typeof orderQuery>,
  ): Promise<Page<ReturnType<typeof view>>> {
    const where = { ...(symbol && { symbol }), ...(status && { status }) };
    const wanted = { entity: orderEntity.name, id: 'orderId', at: 'createdAt', where, limit, before } as const;
    const rows = await this.database.transaction(teamId, (tx) => readNewestFirst<OrderRow>(tx, wanted));
    return pageOf(rows, limit, view, (order) => order.orderId);
  }
}

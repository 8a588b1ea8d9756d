import type { OrderRole, OrderStatus, OrderTerms, Side } from '@keelson/contracts';
import { Decimal, decimalText, type Id } from '@keelson/kernel';
import type { EntitySchemaOptions } from 'typeorm';

/** An order as it is read; amounts are canonical decimal text. Writing is the business of the steps, in SQL. */
export interface OrderRow {
  readonly orderId: Id;
  readonly intentId: Id;
  readonly signalId: Id;
  readonly accountId: Id;
  readonly broker: string;
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly type: string;
  readonly terms: OrderTerms;
  readonly role: OrderRole;
  readonly leg: number;
  readonly revision: number;
  /** The order in whose place it stands, or was to stand. */
  readonly replaces: Id | null;
  readonly reduceOnly: boolean;
  readonly quantity: string;
  readonly referencePrice: string;
  readonly currency: string;
  readonly status: OrderStatus;
  readonly filledQuantity: string;
  /** Sum of quantity x price of the fills. */
  readonly filledValue: string;
  readonly venueOrderId: string | null;
  readonly reason: string | null;
  readonly createdAt: Date;
  readonly submittedAt: Date | null;
  readonly completedAt: Date | null;
}

const amount = {
  type: 'numeric',
  transformer: { from: (text: string) => decimalText(new Decimal(text)), to: (text: string) => text },
} as const;

/** Table `orders` for TypeORM: `manager.getRepository<OrderRow>(orderEntity.name)`. */
export const orderEntity: EntitySchemaOptions<OrderRow> = {
  name: 'order',
  tableName: 'orders',
  columns: {
    orderId: { type: 'uuid', name: 'order_id', primary: true },
    intentId: { type: 'uuid', name: 'intent_id' },
    signalId: { type: 'uuid', name: 'signal_id' },
    accountId: { type: 'uuid', name: 'account_id' },
    broker: { type: 'text' },
    clientOrderId: { type: 'text', name: 'client_order_id' },
    symbol: { type: 'text' },
    side: { type: 'text' },
    type: { type: 'text' },
    terms: { type: 'jsonb' },
    role: { type: 'text' },
    leg: { type: 'integer' },
    revision: { type: 'integer' },
    replaces: { type: 'uuid', nullable: true },
    reduceOnly: { type: 'boolean', name: 'reduce_only' },
    quantity: { ...amount },
    referencePrice: { ...amount, name: 'reference_price' },
    currency: { type: 'text' },
    status: { type: 'text' },
    filledQuantity: { ...amount, name: 'filled_quantity' },
    filledValue: { ...amount, name: 'filled_value' },
    venueOrderId: { type: 'text', name: 'venue_order_id', nullable: true },
    reason: { type: 'text', nullable: true },
    createdAt: { type: 'timestamptz', name: 'created_at' },
    submittedAt: { type: 'timestamptz', name: 'submitted_at', nullable: true },
    completedAt: { type: 'timestamptz', name: 'completed_at', nullable: true },
  },
};

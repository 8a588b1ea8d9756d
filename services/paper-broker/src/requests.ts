import { Decimal, DECIMAL_PATTERN } from '@keelson/kernel';
import { z } from 'zod';

const positive = z
  .string()
  .regex(DECIMAL_PATTERN, 'must be a plain decimal')
  .refine((text) => !DECIMAL_PATTERN.test(text) || new Decimal(text).greaterThan(0), 'must be above zero');
const account = z.string().min(1).max(64);
const symbol = z.string().min(1).max(64);
/** Safe in a path and in a log line as it is. */
const clientOrderId = z
  .string()
  .regex(/^[A-Za-z0-9._:-]{1,64}$/, 'must be 1 to 64 letters, digits, ".", "_", ":" or "-"');
const percent = z.number().min(0).max(100);
const count = z.int().min(0).max(1_000_000);
const milliseconds = z.number().min(0).max(600_000);

/** POST /v1/orders */
export const orderRequest = z.strictObject({
  client_order_id: clientOrderId,
  account,
  symbol,
  side: z.enum(['buy', 'sell']),
  type: z.literal('market'),
  quantity: positive,
  /** The price the sender saw; the venue's own walk goes on around it. */
  reference_price: positive.optional(),
  /** The venue refuses to accept after it. */
  deadline: z.iso.datetime({ offset: true }),
});
export type OrderRequest = z.infer<typeof orderRequest>;

/** GET /v1/orders: closed orders are found by id only, since a list of them has no end. */
export const orderList = z.strictObject({ status: z.literal('open'), account: account.optional() });

/** GET /v1/positions */
export const positionList = z.strictObject({ account: account.optional() });

/** GET /v1/events */
export const eventList = z.strictObject({
  after: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});

/** POST /v1/control: any part of it; what is left out stays as it is. */
export const faultChange = z.strictObject({
  seed: z.int().exactOptional(),
  latency_ms: z
    .strictObject({ min: milliseconds, max: milliseconds })
    .refine(({ min, max }) => min <= max, 'min must not be above max')
    .exactOptional(),
  partial_fill_percent: percent.exactOptional(),
  reject_percent: percent.exactOptional(),
  reject_next: count.exactOptional(),
  lost_reply_percent: percent.exactOptional(),
  lose_next_replies: count.exactOptional(),
  drop_next_requests: count.exactOptional(),
  /** Hold the next requests before the venue decides on them, or before it answers what it already did. */
  delay_next: z
    .strictObject({ count, ms: milliseconds, stage: z.enum(['acceptance', 'answer']).default('acceptance') })
    .exactOptional(),
  unavailable: z.boolean().exactOptional(),
});
export type FaultChange = z.infer<typeof faultChange>;

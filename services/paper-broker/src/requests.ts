import { Decimal, DECIMAL_PATTERN } from '@keelson/kernel';
import { z } from 'zod';

const plain = z.string().regex(DECIMAL_PATTERN, 'must be a plain decimal');
const positive = plain.refine(
  (text) => !DECIMAL_PATTERN.test(text) || new Decimal(text).greaterThan(0),
  'must be above zero',
);
const account = z.string().min(1).max(64);
const symbol = z.string().min(1).max(64);
/** Safe in a path and in a log line as it is. */
const clientOrderId = z
  .string()
  .regex(/^[A-Za-z0-9._:-]{1,64}$/, 'must be 1 to 64 letters, digits, ".", "_", ":" or "-"');
const instant = z.iso.datetime({ offset: true });
const percent = z.number().min(0).max(100);
const count = z.int().min(0).max(1_000_000);
const milliseconds = z.number().min(0).max(600_000);
const reason = z.string().min(1).max(500);

const termFields = {
  type: z.enum(['market', 'limit', 'stop', 'stop_limit', 'trailing_stop']),
  time_in_force: z.enum(['day', 'gtc', 'ioc', 'fok']).optional(),
  limit_price: positive.optional(),
  stop_price: positive.optional(),
  trail: positive.optional(),
  trail_unit: z.enum(['price', 'percent']).optional(),
};
type TermFields = z.infer<z.ZodObject<typeof termFields>>;

/** The prices that each type of order needs; those of another type are refused. */
const PRICES: Readonly<Record<TermFields['type'], readonly (keyof TermFields)[]>> = {
  market: [],
  limit: ['limit_price'],
  stop: ['stop_price'],
  stop_limit: ['stop_price', 'limit_price'],
  trailing_stop: ['trail', 'trail_unit'],
};
const PRICE_FIELDS = ['limit_price', 'stop_price', 'trail', 'trail_unit'] as const;

function checkPrices(terms: TermFields, context: z.RefinementCtx): void {
  for (const field of PRICE_FIELDS) {
    const wanted = PRICES[terms.type].includes(field);
    if (wanted === (terms[field] !== undefined)) continue;
    const message = wanted ? `a ${terms.type} order needs it` : `a ${terms.type} order has none`;
    context.addIssue({ code: 'custom', path: [field], message });
  }
}

const side = z.enum(['buy', 'sell']);
const orderFields = {
  account,
  symbol,
  side,
  ...termFields,
  /** It must never open or enlarge a position: refused without one, and filled no further than it. */
  reduce_only: z.boolean().optional(),
  quantity: positive,
  /** The price the sender saw; the venue's own walk goes on around it. */
  reference_price: positive.optional(),
};

/** POST /v1/orders; the venue refuses to accept after the deadline. */
export const orderRequest = z
  .strictObject({ client_order_id: clientOrderId, ...orderFields, deadline: instant })
  .superRefine(checkPrices);
export type OrderRequest = z.infer<typeof orderRequest>;

/**
 * POST /v1/orders/:client_order_id/replace; account, symbol, side and reduce-only stay. `quantity` is what is open then;
 * with `open_quantity` nothing is replaced unless so much is open now, so that no fill in between makes it too much.
 */
export const replaceRequest = z
  .strictObject({
    client_order_id: clientOrderId,
    ...termFields,
    quantity: positive,
    open_quantity: positive.optional(),
    deadline: instant,
  })
  .superRefine(checkPrices);
export type ReplaceRequest = z.infer<typeof replaceRequest>;

/** GET /v1/orders: closed orders are found by id only, since a list of them has no end. */
export const orderList = z.strictObject({ status: z.literal('open'), account: account.optional() });

/** DELETE /v1/orders */
export const cancelAll = z.strictObject({
  account,
  keep_reduce_only: z.stringbool({ truthy: ['true'], falsy: ['false'] }).default(false),
});

/** GET /v1/positions */
export const positionList = z.strictObject({ account: account.optional() });

/** GET /v1/balances */
export const balanceList = z.strictObject({ account });

/** GET /v1/executions: those from `since` on, oldest first, after the first `skip` of them. */
export const executionList = z.strictObject({
  account,
  since: instant,
  skip: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(1_000).default(500),
});

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
  fail_next_requests: count.exactOptional(),
  contradict_next: count.exactOptional(),
  mute_next_events: count.exactOptional(),
  mute_next_fills: count.exactOptional(),
  fee_per_unit: plain.exactOptional(),
  quotes_frozen_at: instant.nullable().exactOptional(),
  /** Hold the next requests before the venue decides on them, or before it answers what it already did. */
  delay_next: z
    .strictObject({ count, ms: milliseconds, stage: z.enum(['acceptance', 'answer']).default('acceptance') })
    .exactOptional(),
  /** What becomes of an order's first arrival, in shares of all orders; the rest of them is dealt with as ever. */
  first_arrival: z
    .strictObject({ lost_percent: percent, never_percent: percent, late_percent: percent, late_ms: milliseconds })
    .refine((shares) => shares.lost_percent + shares.never_percent + shares.late_percent <= 100, 'must not exceed 100')
    .nullable()
    .exactOptional(),
  unavailable: z.boolean().exactOptional(),
});
export type FaultChange = z.infer<typeof faultChange>;

/** POST /v1/control/prices: sets a price, moves it by so much, or (neither) lets it walk again. */
export const priceChange = z
  .strictObject({ symbol, price: positive.optional(), move: plain.optional() })
  .refine(({ price, move }) => price === undefined || move === undefined, 'give a price or a move, not both');
export type PriceChange = z.infer<typeof priceChange>;

/** POST /v1/control/orders: an order entered by hand at the venue. `told: false`: the stream says nothing of it. */
export const manualOrder = z.strictObject({ ...orderFields, told: z.boolean().default(true) }).superRefine(checkPrices);
export type ManualOrder = z.infer<typeof manualOrder>;

/** POST /v1/control/bust and /v1/control/correct. `told: false`: the stream says nothing of it. */
export const bust = z.strictObject({
  execution_id: z.string().min(1).max(200),
  reason: reason.default('busted'),
  told: z.boolean().default(true),
});
export const correction = z.strictObject({
  execution_id: z.string().min(1).max(200),
  quantity: positive,
  price: positive,
  reason: reason.default('corrected'),
  told: z.boolean().default(true),
});

/** POST /v1/control/day: ends the venue's day for orders placed before `at`, now when left out. */
export const dayEnd = z.strictObject({ at: instant.optional() });

/**
 * POST /v1/control/book: changes the venue's book, and with `told: false` (the default) nothing else. `order` is a client
 * order id or the venue's id. What no market would do, such as filling a closed order, is done as it is asked.
 */
const order = z.string().min(1).max(100);
const told = z.boolean().default(false);
export const bookChange = z.discriminatedUnion('change', [
  z.strictObject({
    change: z.literal('fill'),
    order,
    quantity: positive.optional(),
    price: positive.optional(),
    told,
  }),
  z.strictObject({ change: z.literal('cancel'), order, told }),
  z.strictObject({ change: z.literal('position'), account, symbol, quantity: plain }),
  z.strictObject({ change: z.literal('cash'), account, currency: z.string().min(3).max(10), amount: plain }),
  /** Lists an execution twice under one id; quantity and price of the second may differ. No position moves. */
  z.strictObject({
    change: z.literal('duplicate_fill'),
    execution_id: z.string().min(1).max(200),
    quantity: positive.optional(),
    price: positive.optional(),
  }),
]);
export type BookChange = z.infer<typeof bookChange>;

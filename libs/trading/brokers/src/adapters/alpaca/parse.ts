import { side } from '@keelson/contracts';
import { Decimal, DECIMAL_PATTERN, decimalText } from '@keelson/kernel';
import { z } from 'zod';

/**
 * Alpaca's answers. It adds fields often, so unknown ones are let through; what is read is checked strictly. Amounts
 * come as text, in some places as JSON numbers, with or without trailing zeros: here they become canonical text.
 */
const amount = z
  .union([z.string(), z.number()])
  .transform(String)
  .refine((text) => DECIMAL_PATTERN.test(text), 'must be a plain decimal')
  .transform((text) => decimalText(new Decimal(text)));
const optionalAmount = amount.nullish().transform((value) => value ?? undefined);
/** Alpaca gives nanoseconds on its stream, milliseconds in activities: both are cut to milliseconds, to be the same. */
const instant = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text.replace(/(\.\d{3})\d+/, '$1')).toISOString());
const optionalInstant = instant.nullish().transform((value) => value ?? undefined);
const optionalText = z
  .string()
  .nullish()
  .transform((value) => value || undefined);
const venueId = z.string().min(1).max(64);

const order = z.object({
  id: venueId,
  client_order_id: z.string().min(1).max(128),
  created_at: instant,
  submitted_at: optionalInstant,
  updated_at: optionalInstant,
  filled_at: optionalInstant,
  expired_at: optionalInstant,
  canceled_at: optionalInstant,
  failed_at: optionalInstant,
  replaced_at: optionalInstant,
  replaced_by: optionalText,
  replaces: optionalText,
  symbol: z.string().nullish(),
  asset_class: z.string().nullish(),
  qty: optionalAmount,
  filled_qty: amount.nullish().transform((value) => value ?? '0'),
  /** None on the head of a multi-leg order. */
  type: z.string().nullish(),
  side: side.or(z.literal('')).nullish(),
  time_in_force: z.string(),
  limit_price: optionalAmount,
  stop_price: optionalAmount,
  trail_price: optionalAmount,
  trail_percent: optionalAmount,
  position_intent: z.string().nullish(),
  status: z.string(),
});
/** An order as Alpaca shows it; amounts as canonical text, times in milliseconds. */
export type AlpacaOrder = z.infer<typeof order>;

const fill = z.object({
  id: z.string().min(1),
  activity_type: z.literal('FILL'),
  transaction_time: instant,
  type: z.enum(['fill', 'partial_fill']),
  price: amount,
  qty: amount,
  side: z.string(),
  symbol: z.string(),
  order_id: venueId,
  cum_qty: amount,
});
/** One execution, from the account's activities. */
export type AlpacaFill = z.infer<typeof fill>;

const position = z.object({
  symbol: z.string(),
  asset_class: z.string(),
  qty: amount,
  side: z.enum(['long', 'short']),
});
export type AlpacaPosition = z.infer<typeof position>;

const account = z.object({ currency: z.string().min(3).max(10).nullish(), cash: amount });
const refusal = z.object({ code: z.number().optional(), message: z.string().optional() });
export type AlpacaRefusal = z.infer<typeof refusal>;
const cancelled = z.array(z.object({ id: venueId, status: z.number().int() }));

const update = z.object({
  event: z.string(),
  timestamp: optionalInstant,
  price: optionalAmount,
  qty: optionalAmount,
  reason: optionalText,
  order,
});
/** One event of the stream `trade_updates`. */
export type AlpacaUpdate = z.infer<typeof update>;

const frame = z.discriminatedUnion('stream', [
  z.object({
    stream: z.literal('authorization'),
    data: z.object({ status: z.string(), action: z.string().optional() }),
  }),
  z.object({ stream: z.literal('listening'), data: z.object({ streams: z.array(z.string()) }) }),
  z.object({ stream: z.literal('trade_updates'), data: update }),
]);
export type AlpacaFrame = z.infer<typeof frame>;

/** Each gives undefined when the text is not what Alpaca's contract says. */
export const parse = {
  order: (text: string) => read(order, text),
  orders: (text: string) => read(z.array(order), text),
  fills: (text: string) => read(z.array(fill), text),
  positions: (text: string) => read(z.array(position), text),
  account: (text: string) => read(account, text),
  cancelled: (text: string) => read(cancelled, text),
  refusal: (text: string) => read(refusal, text),
  frame: (text: string) => read(frame, text),
};

function read<Schema extends z.ZodType>(schema: Schema, text: string): z.infer<Schema> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Not JSON is one of the ways in which an answer is not what the contract says; the caller tells what that means.
    return undefined;
  }
  return schema.safeParse(value).data;
}

import type { Exits, Side } from '@keelson/contracts';
import { Decimal } from '@keelson/kernel';
import { type Read, readAmount } from './alert-fields.ts';
import type { FieldReader } from './field-reader.ts';
import type { Member } from './json-scan.ts';
import { readTrail } from './order-fields.ts';

/** How a filled order shall be left again. A number is a price; a stop loss may also be an object. */
export const EXIT_FIELDS = ['take_profit', 'stop_loss'] as const;
type Field = (typeof EXIT_FIELDS)[number];

const STOP_FIELDS = ['stop_price', 'limit_price', 'trail_amount', 'trail_percent'] as const;
type StopField = (typeof STOP_FIELDS)[number];
type StopLoss = NonNullable<Exits['stopLoss']>;

/** Where the exits must lie: beyond the price at which the order is expected to trade. */
interface Around {
  readonly side: Side | undefined;
  readonly price: string | undefined;
}

/** The exits of an order; undefined when none is wanted, or when something is wrong, which the reader keeps. */
export function readExits(reader: FieldReader<Field>, around: Around): Exits | undefined {
  const limitPrice = reader.optional('take_profit', readAmount);
  const stopLoss = readStopLoss(reader);
  if (limitPrice !== undefined) complainOfSide(reader, 'take_profit', limitPrice, around, 'beyond');
  if (stopLoss && 'stopPrice' in stopLoss) complainOfSide(reader, 'stop_loss', stopLoss.stopPrice, around, 'behind');
  if (limitPrice === undefined && !stopLoss) return undefined;
  return { ...(limitPrice !== undefined && { takeProfit: { limitPrice } }), ...(stopLoss && { stopLoss }) };
}

function readStopLoss(reader: FieldReader<Field>): StopLoss | undefined {
  const member = reader.member('stop_loss');
  if (member?.kind === 'object') return readStopObject(reader.within<StopField>('stop_loss.', member.members!));
  const stopPrice = reader.optional('stop_loss', readPrice);
  return stopPrice === undefined ? undefined : { type: 'stop', stopPrice };
}

function readPrice(member: Member): Read<string> {
  if (member.kind === 'number' || member.kind === 'text') return readAmount(member);
  return { problem: 'must be a price, or an object with "stop_price", "trail_amount" or "trail_percent"' };
}

function readStopObject(inner: FieldReader<StopField>): StopLoss | undefined {
  inner.allowOnly(STOP_FIELDS);
  if (inner.has('trail_amount') || inner.has('trail_percent')) {
    inner.forbid('stop_price', 'a trailing stop follows the price by itself');
    inner.forbid('limit_price', 'a trailing stop has none');
    const trail = readTrail(inner);
    return trail && { type: 'trailing_stop', ...trail };
  }
  const stopPrice = inner.required('stop_price', readAmount);
  const limitPrice = inner.optional('limit_price', readAmount);
  if (stopPrice === undefined) return undefined;
  return limitPrice === undefined ? { type: 'stop', stopPrice } : { type: 'stop_limit', stopPrice, limitPrice };
}

/** A take profit on the wrong side would trade at once, and a stop loss too. */
function complainOfSide(
  reader: FieldReader<Field>,
  field: Field,
  exit: string,
  { side, price }: Around,
  where: 'beyond' | 'behind',
): void {
  if (!side || price === undefined) return;
  const above = (side === 'buy') === (where === 'beyond');
  const difference = new Decimal(exit).comparedTo(price);
  if (above ? difference > 0 : difference < 0) return;
  reader.complain(
    field,
    `must be ${above ? 'above' : 'below'} ${price}, the price of this ${side}, or it would trade at once`,
  );
}

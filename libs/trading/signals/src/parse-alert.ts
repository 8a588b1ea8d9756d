import { isUtf8 } from 'node:buffer';
import type { Exits, OrderTerms, Side } from '@keelson/contracts';
import { readAmount, readSide, readSwitch, readText, readTicker, readTime, readWord } from './alert-fields.ts';
import { EXIT_FIELDS, readExits } from './exit-fields.ts';
import { FieldReader } from './field-reader.ts';
import { JsonSyntaxError } from './json-position.ts';
import { type Member, scanObject } from './json-scan.ts';
import { type AlertLeg, readLegs } from './leg-fields.ts';
import { ORDER_FIELDS, readTerms } from './order-fields.ts';
import { refuse, type Refusal } from './refusal.ts';

/** A body that could be read as a JSON object; nothing in it is believed before its key is known. */
export interface Envelope {
  readonly text: string;
  readonly members: ReadonlyMap<string, Member>;
  /** The webhook key that the sender wrote; undefined when there is none. */
  readonly key: string | undefined;
}

/** What an alert says, once its sender is known. Amounts are canonical decimal text. */
export interface Alert {
  readonly ticker: string;
  readonly side: Side;
  readonly quantity: string;
  readonly price: string;
  readonly orderReference: string;
  /** The sender's own name for this delivery: the strongest protection against doubles. */
  readonly id: string | undefined;
  readonly sentAt: Date | undefined;
  /** Undefined: a market order for the day. */
  readonly terms: OrderTerms | undefined;
  readonly exits: Exits | undefined;
  readonly legs: readonly AlertLeg[] | undefined;
  readonly reduceOnly: boolean;
}

const LONGEST_KEY = 200;

/** Reads the bytes of a delivery, whatever its content type says. A refusal names line and column. */
export function readEnvelope(body: Buffer): Envelope | Refusal {
  if (!isUtf8(body)) return refuse('malformed', 'The body is not UTF-8 text');
  const text = body.toString('utf8');
  try {
    const members = scanObject(text);
    const key = members.get('key');
    const usable = key?.kind === 'text' && key.text !== '' && key.text.length <= LONGEST_KEY;
    return { text, members, key: usable ? key.text : undefined };
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    const detail = { field: error.field ?? '', message: error.message, column: error.position.column };
    return refuse('malformed', `The body is not valid JSON. ${error.message}`, [detail]);
  }
}

/** Every field that an alert may have, in the order in which the documentation shows them. */
const FIELDS = [
  ...(['key', 'ticker', 'action', 'quantity', 'price', 'order_id', 'id', 'time'] as const),
  ...ORDER_FIELDS,
  ...EXIT_FIELDS,
  ...(['reduce_only', 'legs'] as const),
] as const;
type Field = (typeof FIELDS)[number];
const ALLOWED: ReadonlySet<string> = new Set(FIELDS);

/** The key must stand in its field only: then masking that field masks it everywhere it could be stored or repeated. */
function refuseStrangers(reader: FieldReader, { members, key }: Envelope): void {
  for (const [name, member] of members) {
    if (!ALLOWED.has(name)) {
      // A name that contains the key is a slip of the sender's: it must not come back in the answer.
      const named = key !== undefined && name.includes(key) ? 'key' : name.slice(0, 100);
      const problem = named === name ? 'is not a field of an alert' : 'must not stand in the name of a field';
      reader.complain(named, `${problem}; allowed are ${FIELDS.join(', ')}`, member);
    } else if (key !== undefined && name !== 'key' && contains(member, key)) {
      reader.complain(name, 'must not contain the webhook key, which belongs into "key" alone', member);
    }
  }
}

function isScalar({ members, items }: Member): boolean {
  return !members && !items;
}

/** Whether a text stands anywhere in a value, names of fields included. */
function contains({ text, members, items }: Member, wanted: string): boolean {
  if (text.includes(wanted)) return true;
  for (const [name, member] of members ?? []) if (name.includes(wanted) || contains(member, wanted)) return true;
  return items?.some((item) => contains(item, wanted)) ?? false;
}

/** The meaning of an envelope whose sender is known, or a refusal that names each wrong field. */
export function parseAlert(envelope: Envelope): Alert | Refusal {
  const { members, key } = envelope;
  const reader = new FieldReader<Field>(envelope.text, members);
  refuseStrangers(reader, envelope);
  // Names inside of an object are repeated by problems: with the key among them, nothing more is read.
  if (
    key !== undefined &&
    [...members].some(([name, member]) => name !== 'key' && !isScalar(member) && contains(member, key))
  ) {
    return refuseFields(reader);
  }
  const ticker = reader.required('ticker', readTicker);
  const side = reader.required('action', readSide);
  const quantity = reader.required('quantity', readAmount);
  const price = reader.required('price', readAmount);
  const orderReference = reader.required('order_id', readText);
  const id = reader.optional('id', readText);
  const sentAt = reader.optional('time', readTime);
  const wanted = readWanted(reader, { side, quantity, price });
  const complete =
    ticker !== undefined &&
    side !== undefined &&
    quantity !== undefined &&
    price !== undefined &&
    orderReference !== undefined;
  if (!complete || reader.problems.length > 0) return refuseFields(reader);
  return { ticker, side, quantity, price, orderReference, id, sentAt, ...wanted };
}

type Wanted = Pick<Alert, 'terms' | 'exits' | 'legs' | 'reduceOnly'>;

/** What goes beyond a plain market order; fields that contradict each other are refused. */
function readWanted(
  reader: FieldReader<Field>,
  { side, quantity, price }: { side?: Side | undefined; quantity?: string | undefined; price?: string | undefined },
): Wanted {
  const reduceOnly = reader.optional('reduce_only', readSwitch) ?? false;
  const legs = readLegs(reader, quantity);
  const terms = legs ? readSpreadTerms(reader, price) : readTerms(reader);
  for (const field of EXIT_FIELDS) {
    if (reduceOnly) reader.forbid(field, 'an order that only reduces opens nothing that could be left again');
    else if (legs) reader.forbid(field, 'a spread is left by another spread');
  }
  const expected = terms && 'limitPrice' in terms ? terms.limitPrice : price;
  const exits = legs || reduceOnly ? undefined : readExits(reader, { side, price: expected });
  return { terms, exits, legs, reduceOnly };
}

/** Legs of a spread go at the market, or each at most at its own price. */
function readSpreadTerms(reader: FieldReader<Field>, price: string | undefined): OrderTerms | undefined {
  for (const field of ['limit_price', 'stop_price', 'trail_amount', 'trail_percent'] as const) {
    reader.forbid(field, 'the prices of a spread stand in its legs');
  }
  const type = reader.optional('type', readWord(['market', 'limit'] as const)) ?? 'market';
  const timeInForce = reader.optional('time_in_force', readWord(['day', 'gtc', 'ioc', 'fok'] as const)) ?? 'day';
  if (type === 'market' && !reader.has('type') && !reader.has('time_in_force')) return undefined;
  return type === 'market' ? { type, timeInForce } : { type, timeInForce, limitPrice: price ?? '' };
}

function refuseFields({ problems }: FieldReader): Refusal {
  const named = problems.map(({ field, message }) => `${field} ${message}`).join('; ');
  return refuse('invalid', `The alert has fields that are not valid: ${named}`, problems);
}

/** The body as delivered, with three asterisks in place of the key: what a receipt keeps. */
export function maskedBody({ text, members }: Envelope): string {
  const key = members.get('key');
  return key === undefined ? text : `${text.slice(0, key.start)}"***"${text.slice(key.end)}`;
}

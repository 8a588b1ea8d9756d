import { isUtf8 } from 'node:buffer';
import type { ErrorDetail, Side } from '@keelson/contracts';
import { type Read, readAmount, readSide, readText, readTime } from './alert-fields.ts';
import { JsonSyntaxError, positionOf } from './json-position.ts';
import { type Member, scanObject } from './json-scan.ts';
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
}

const LONGEST_KEY = 200;
const LONGEST_TICKER = 64;

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

function readTicker(member: Member): Read<string> {
  const read = readText(member);
  if ('problem' in read) return read;
  const ticker = read.value.trim().toUpperCase();
  return ticker.length <= LONGEST_TICKER
    ? { value: ticker }
    : { problem: `must have at most ${LONGEST_TICKER} characters` };
}

/** Every field that an alert may have, in the order in which the documentation shows them. */
const FIELDS = ['key', 'ticker', 'action', 'quantity', 'price', 'order_id', 'id', 'time'] as const;
type Field = (typeof FIELDS)[number];
const ALLOWED: ReadonlySet<string> = new Set(FIELDS);

/** Reads fields one by one and collects what is wrong with them, each with its column. */
class FieldReader {
  readonly problems: ErrorDetail[] = [];
  readonly #envelope: Envelope;

  constructor(envelope: Envelope) {
    this.#envelope = envelope;
  }

  required<T>(field: Field, read: (member: Member) => Read<T>): T | undefined {
    if (!this.#envelope.members.has(field)) this.problems.push({ field, message: 'is missing' });
    return this.optional(field, read);
  }

  optional<T>(field: Field, read: (member: Member) => Read<T>): T | undefined {
    const member = this.#envelope.members.get(field);
    if (member === undefined) return undefined;
    const result = read(member);
    if ('value' in result) return result.value;
    this.complain(field, member, result.problem);
    return undefined;
  }

  complain(field: string, member: Member, message: string): void {
    const { column } = positionOf(this.#envelope.text, member.start);
    this.problems.push({ field, message, column });
  }
}

/** The key must stand in its field only: then masking that field masks it everywhere it could be stored or repeated. */
function refuseStrangers(reader: FieldReader, { members, key }: Envelope): void {
  for (const [name, member] of members) {
    if (!ALLOWED.has(name)) {
      // A name that contains the key is a slip of the sender's: it must not come back in the answer.
      const named = key !== undefined && name.includes(key) ? 'key' : name.slice(0, 100);
      const problem = named === name ? 'is not a field of an alert' : 'must not stand in the name of a field';
      reader.complain(named, member, `${problem}; allowed are ${FIELDS.join(', ')}`);
    } else if (key !== undefined && name !== 'key' && member.text.includes(key)) {
      reader.complain(name, member, 'must not contain the webhook key, which belongs into "key" alone');
    }
  }
}

/** The meaning of an envelope whose sender is known, or a refusal that names each wrong field. */
export function parseAlert(envelope: Envelope): Alert | Refusal {
  const reader = new FieldReader(envelope);
  refuseStrangers(reader, envelope);
  const ticker = reader.required('ticker', readTicker);
  const side = reader.required('action', readSide);
  const quantity = reader.required('quantity', readAmount);
  const price = reader.required('price', readAmount);
  const orderReference = reader.required('order_id', readText);
  const id = reader.optional('id', readText);
  const sentAt = reader.optional('time', readTime);
  const complete =
    ticker !== undefined &&
    side !== undefined &&
    quantity !== undefined &&
    price !== undefined &&
    orderReference !== undefined;
  if (complete && reader.problems.length === 0) return { ticker, side, quantity, price, orderReference, id, sentAt };
  const named = reader.problems.map(({ field, message }) => `${field} ${message}`).join('; ');
  return refuse('invalid', `The alert has fields that are not valid: ${named}`, reader.problems);
}

/** The body as delivered, with three asterisks in place of the key: what a receipt keeps. */
export function maskedBody({ text, members }: Envelope): string {
  const key = members.get('key');
  return key === undefined ? text : `${text.slice(0, key.start)}"***"${text.slice(key.end)}`;
}

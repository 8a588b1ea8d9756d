import { decimalText, parseDecimal } from '@keelson/kernel';
import type { Member } from './json-scan.ts';

/** What a field turned out to be, or the sentence that says what it must be. */
export type Read<T> = { readonly value: T } | { readonly problem: string };

const LONGEST_TEXT = 200;
const LONGEST_TICKER = 64;
/** `numeric(30,12)`: what every amount column holds. */
const MOST_DIGITS = 18;
const MOST_DECIMALS = 12;

const NUMERIC = /^(-?)(\d+)(?:\.(\d+))?$/;
const EXPONENT = /^-?\d+(\.\d+)?[eE][+-]?\d+$/;
const EPOCH_MS = /^\d{12,14}$/;
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;
/** Earliest and latest moment a sender can mean: outside, the unit or the format is wrong. */
const EARLIEST_MS = Date.UTC(2000, 0, 1);
const LATEST_MS = Date.UTC(2100, 0, 1);

/** A text of 1 to 200 characters. */
export function readText(member: Member): Read<string> {
  if (member.kind !== 'text') return { problem: `must be a text in double quotes, not ${article(member.kind)}` };
  if (member.text.trim() === '') return { problem: 'must not be empty' };
  if (member.text.length > LONGEST_TEXT) return { problem: `must have at most ${LONGEST_TEXT} characters` };
  return { value: member.text };
}

/** `buy` or `sell`. */
export function readSide(member: Member): Read<'buy' | 'sell'> {
  if (member.kind === 'text' && (member.text === 'buy' || member.text === 'sell')) return { value: member.text };
  return { problem: 'must be "buy" or "sell"' };
}

/** An amount above zero, written as JSON number or text, as canonical decimal text. No float ever holds it. */
export function readAmount(member: Member): Read<string> {
  const { kind, text } = member;
  if (kind !== 'number' && kind !== 'text') return { problem: `must be a number, not ${article(kind)}` };
  if (EXPONENT.test(text)) return { problem: 'must be written without an exponent, e.g. 1500 and not 1.5e3' };
  const match = NUMERIC.exec(text);
  if (!match) return { problem: 'must be a plain decimal number such as 1.5' };
  const [, sign, whole = '', decimals = ''] = match;
  if (sign === '-') return { problem: 'must not be negative; the direction is in "action"' };
  if (whole.length > MOST_DIGITS) return { problem: `must have at most ${MOST_DIGITS} digits before the point` };
  if (decimals.length > MOST_DECIMALS) return { problem: `must have at most ${MOST_DECIMALS} decimals` };
  const amount = parseDecimal(text);
  if (!amount || amount.isZero()) return { problem: 'must be more than zero' };
  return { value: decimalText(amount) };
}

/** The sender's clock: ISO 8601 with an offset ({{timenow}}), or milliseconds since 1970 as number or text. */
export function readTime(member: Member): Read<Date> {
  const { kind, text } = member;
  const problem = 'must be a time such as 2026-11-21T09:30:00Z, or milliseconds since 1970';
  if (kind !== 'number' && kind !== 'text') return { problem };
  const milliseconds = EPOCH_MS.test(text) ? Number(text) : kind === 'text' && ISO.test(text) ? Date.parse(text) : NaN;
  if (!(milliseconds >= EARLIEST_MS && milliseconds < LATEST_MS)) return { problem };
  return { value: new Date(milliseconds) };
}

/** `true` or `false`, not in quotes. */
export function readSwitch({ kind, text }: Member): Read<boolean> {
  return kind === 'boolean' ? { value: text === 'true' } : { problem: 'must be true or false, without quotes' };
}

/** One of some words. */
export function readWord<Word extends string>(words: readonly Word[]): (member: Member) => Read<Word> {
  return ({ kind, text }) => {
    const word = kind === 'text' ? words.find((one) => one === text) : undefined;
    return word ? { value: word } : { problem: `must be one of ${words.map((one) => `"${one}"`).join(', ')}` };
  };
}

/** A percentage above 0 and below 100. */
export function readPercent(member: Member): Read<string> {
  const read = readAmount(member);
  if ('problem' in read) return read;
  return parseDecimal(read.value)!.lt(100) ? read : { problem: 'must be less than 100, since it is a percentage' };
}

/** A whole number from 1 to 100. */
export function readRatio(member: Member): Read<string> {
  const read = readAmount(member);
  if ('problem' in read) return read;
  return /^([1-9]\d?|100)$/.test(read.value) ? read : { problem: 'must be a whole number from 1 to 100' };
}

/** Our form of a ticker: without space around it, in capitals. */
export function readTicker(member: Member): Read<string> {
  const read = readText(member);
  if ('problem' in read) return read;
  const ticker = read.value.trim().toUpperCase();
  return ticker.length <= LONGEST_TICKER
    ? { value: ticker }
    : { problem: `must have at most ${LONGEST_TICKER} characters` };
}

function article(kind: Member['kind']): string {
  return kind === 'object' ? 'an object' : kind === 'null' ? 'null' : `a ${kind}`;
}

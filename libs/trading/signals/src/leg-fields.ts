import type { Side } from '@keelson/contracts';
import { Decimal, decimalText } from '@keelson/kernel';
import { readAmount, readRatio, readSide, readTicker } from './alert-fields.ts';
import type { FieldReader } from './field-reader.ts';

const LEG_FIELDS = ['ticker', 'action', 'ratio', 'price'] as const;
type LegField = (typeof LEG_FIELDS)[number];
const FEWEST_LEGS = 2;
const MOST_LEGS = 4;

/** One leg of a spread; `quantity` is that of the leg: so many for each of the spreads. */
export interface AlertLeg {
  readonly ticker: string;
  readonly side: Side;
  readonly quantity: string;
  readonly price: string;
}

/** The legs of a spread; undefined when there are none, or when something is wrong, which the reader keeps. */
export function readLegs(reader: FieldReader<'legs'>, spreads: string | undefined): readonly AlertLeg[] | undefined {
  const member = reader.member('legs');
  if (!member) return undefined;
  const items = member.items ?? [];
  if (items.length < FEWEST_LEGS || items.length > MOST_LEGS || items.some(({ kind }) => kind !== 'object')) {
    reader.complain('legs', `must be a list of ${FEWEST_LEGS} to ${MOST_LEGS} objects with ${LEG_FIELDS.join(', ')}`);
    return undefined;
  }
  const legs = items.map((item, index) => readLeg(reader.within<LegField>(`legs[${index}].`, item.members!), spreads));
  const complete = legs.filter((leg) => leg !== undefined);
  if (complete.length < legs.length) return undefined;
  const twice = complete.findIndex(({ ticker }, index) => complete.findIndex((leg) => leg.ticker === ticker) < index);
  if (twice >= 0) reader.complain('legs', `must have each instrument once; legs[${twice}] repeats one`);
  return complete;
}

function readLeg(reader: FieldReader<LegField>, spreads: string | undefined): AlertLeg | undefined {
  reader.allowOnly(LEG_FIELDS);
  const ticker = reader.required('ticker', readTicker);
  const side = reader.required('action', readSide);
  const price = reader.required('price', readAmount);
  const ratio = reader.has('ratio') ? reader.optional('ratio', readRatio) : '1';
  if (ticker === undefined || side === undefined || price === undefined || ratio === undefined) return undefined;
  if (spreads === undefined) return undefined;
  return { ticker, side, price, quantity: decimalText(new Decimal(spreads).times(ratio)) };
}

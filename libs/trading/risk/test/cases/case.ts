import type { Situation } from '../../src/situation.ts';
import { decimal, instrument } from '../situations.ts';

/** Check, in words, the situation, the numbers that it shows. */
export type Case = readonly [check: string, what: string, given: Situation, numbers: Readonly<Record<string, string>>];
/** And the code that it denies with. */
export type Denial = readonly [...Case, code: string];

/** A long position, and a sale. */
export const long = (units: string): Partial<Situation> => ({ side: 'sell', position: decimal(units) });

/** An option that expires in three days. */
export const option = instrument({
  kind: 'option',
  calendar: 'CBOE_OPTIONS',
  multiplier: decimal('100'),
  expiresAt: new Date('2026-01-05T10:00:00Z'),
});

export function without(name: 'funds' | 'quote', given: Situation): Situation {
  const { [name]: _, ...rest } = given;
  return rest;
}

import { Decimal, DECIMAL_PATTERN, parseDecimal } from '@keelson/kernel';
import { z } from 'zod';
import type { FileProblem, FileRow } from '../load/plan-load.ts';
import type { VolatilityDay } from './volatility.store.ts';

/** Above it somebody wrote percent where a fraction belongs. */
const MOST = new Decimal(10);

/** What is no decimal at all is refused for that alone. */
function isFraction(text: string): boolean {
  const amount = parseDecimal(text);
  return !amount || (amount.gt(0) && amount.lte(MOST));
}

const row = z.strictObject({
  symbol: z.string().min(1, 'is missing'),
  day: z.iso.date('must be a day such as 2026-11-20'),
  volatility: z
    .string()
    .regex(DECIMAL_PATTERN, 'must be a plain decimal such as 0.2431')
    .refine(isFraction, 'must be a fraction of a year, above 0, at most 10'),
});

/** Reads the lines of a file of implied volatilities, or says everything that is wrong with them. Pure. */
export function planVolatilities(
  rows: readonly FileRow[],
  known: ReadonlySet<string>,
  today: string,
): { readonly days: readonly VolatilityDay[] } | { readonly problems: readonly FileProblem[] } {
  const problems: FileProblem[] = [];
  const days: VolatilityDay[] = [];
  const seen = new Map<string, number>();
  for (const { line, fields } of rows) {
    const parsed = row.safeParse(fields);
    if (!parsed.success) {
      problems.push(
        ...parsed.error.issues.map(({ path, message }) => ({ line, field: path.join('.'), problem: message })),
      );
      continue;
    }
    const { symbol, day } = parsed.data;
    const first = seen.get(`${symbol} ${day}`);
    if (!known.has(symbol)) problems.push({ line, field: 'symbol', problem: `no instrument is known as "${symbol}"` });
    else if (day > today) problems.push({ line, field: 'day', problem: 'lies in the future' });
    else if (first !== undefined) problems.push({ line, field: 'day', problem: `is said in line ${first} already` });
    else days.push(parsed.data);
    seen.set(`${symbol} ${day}`, first ?? line);
  }
  return problems.length > 0 ? { problems } : { days };
}

import { DECIMAL_PATTERN } from '@keelson/kernel';
import { z } from 'zod';
import { calendarNames } from '../calendar/calendars.ts';
import { expiryRules } from '../futures/contract.ts';
import { instrumentKinds } from '../instrument.ts';

const amount = z
  .string()
  .regex(DECIMAL_PATTERN, 'must be a plain decimal: at most 18 digits before and 12 after the point')
  .refine((text) => !/^-|^0*(\.0*)?$/.test(text), 'must be more than zero');
const symbol = z.string().regex(/^[A-Z0-9][A-Z0-9._/-]{0,31}$/, 'must be capitals and digits, at most 32');
const day = z.iso.date('must be a day such as 2026-12-18');
const instant = z.iso.datetime({ offset: true, error: 'must be an instant such as 2026-12-18T14:30:00Z' });
const choice = <const Options extends readonly string[]>(options: Options) =>
  z.enum(options, { error: `must be one of ${options.join(', ')}` });

/** One line of a file of instruments, as text; what may be left out follows from the rest (see completeRow). */
export const instrumentRow = z.strictObject({
  symbol: symbol.optional(),
  name: z.string().max(200).optional(),
  kind: choice(instrumentKinds),
  currency: z
    .string()
    .regex(/^[A-Z0-9]{3,12}$/, 'must be a currency such as USD')
    .optional(),
  tick_size: amount.optional(),
  multiplier: amount.optional(),
  lot_size: amount.optional(),
  exchange: z
    .string()
    .regex(/^[A-Z0-9_]{1,20}$/, 'must be a prefix such as CME_MINI')
    .optional(),
  calendar: choice(calendarNames).optional(),
  initial_margin: amount.optional(),
  maintenance_margin: amount.optional(),
  /** The last instant; or the day, at whose close it ends. */
  expires_at: z.union([day, instant], { error: 'must be a day or an instant' }).optional(),
  underlying: symbol.optional(),
  strike: amount.optional(),
  right: choice(['call', 'put']).optional(),
  root: symbol.optional(),
  contract_month: z
    .string()
    .regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'must be a month such as 2026-12')
    .optional(),
  rolls_at: instant.optional(),
  quoted: choice(['true', 'false']).optional(),
  /** Further names that senders use, separated by spaces. */
  aliases: z.string().optional(),
  /** Of a root: the listed months by letter, how its contracts end, and when they roll. */
  months: z
    .string()
    .regex(/^[FGHJKMNQUVXZ]{1,12}$/, 'must be letters of months such as HMUZ')
    .optional(),
  expiry_rule: choice(expiryRules).optional(),
  roll_days: z
    .string()
    .regex(/^([0-9]|[1-5][0-9]|60)$/, 'must be 0 to 60 days')
    .optional(),
});
export type InstrumentRow = z.infer<typeof instrumentRow>;

/** Something that is wrong in a file, and where. */
export interface RowProblem {
  readonly field: string;
  readonly problem: string;
}

/** Reads one line; empty texts count as left out. */
export function readRow(fields: Readonly<Record<string, string>>): { row: InstrumentRow } | { problems: RowProblem[] } {
  const given = Object.entries(fields).filter(([, text]) => text.trim() !== '');
  const parsed = instrumentRow.safeParse(Object.fromEntries(given.map(([name, text]) => [name, text.trim()])));
  if (parsed.success) return { row: parsed.data };
  const problems = parsed.error.issues.flatMap((issue): RowProblem[] =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((field) => ({ field, problem: 'is no field of an instrument' }))
      : [
          {
            field: issue.path.join('.'),
            problem: fields[issue.path.join('.')] === undefined ? 'is missing' : issue.message,
          },
        ],
  );
  return { problems };
}

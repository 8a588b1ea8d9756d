import { z } from 'zod';
import { flag } from '../framework/argument.ts';
import { defineCommand } from '../framework/command.ts';
import { withDatabase } from '../stack/open-database.ts';

const output = z.object({
  instruments: z.array(
    z.object({
      symbol: z.string(),
      name: z.string(),
      kind: z.string(),
      currency: z.string(),
      tick_size: z.string(),
      lot_size: z.string(),
      multiplier: z.string(),
      calendar: z.string(),
      open: z.boolean(),
      next_open: z.iso.datetime().nullable(),
      expires_at: z.iso.datetime().nullable(),
      rolls_at: z.iso.datetime().nullable(),
    }),
  ),
});

export const instrumentsList = defineCommand({
  name: 'instruments list',
  summary: 'what can be traded: steps, hours, end and roll',
  danger: 'none',
  args: z.object({
    kind: flag(z.enum(['equity', 'future', 'option', 'crypto', 'fx']).optional(), 'only these'),
    match: flag(z.string().default(''), 'only symbols with this text in them'),
  }),
  examples: ['keelson instruments list', 'keelson instruments list --kind future --match NQ'],
  output,
  async run(context, { kind, match }) {
    const { isOpen, listInstruments, nextOpen } = await import('@keelson/market');
    const { Decimal, decimalText } = await import('@keelson/kernel');
    const plain = (text: string) => decimalText(new Decimal(text));
    const all = await withDatabase(context, (db) => db.platform(listInstruments));
    const now = new Date();
    const wanted = all.filter((one) => (!kind || one.kind === kind) && one.symbol.includes(match.toUpperCase()));
    return {
      instruments: wanted.map((one) => ({
        symbol: one.symbol,
        name: one.name,
        kind: one.kind,
        currency: one.currency,
        tick_size: plain(one.tickSize),
        lot_size: plain(one.lotSize),
        multiplier: plain(one.multiplier),
        calendar: one.calendar,
        open: isOpen(one.calendar, now),
        next_open: nextOpen(one.calendar, now)?.toISOString() ?? null,
        expires_at: one.expiresAt?.toISOString() ?? null,
        rolls_at: one.rollsAt?.toISOString() ?? null,
      })),
    };
  },
  human: ({ instruments }, paint) =>
    instruments.length === 0
      ? 'No instrument is called that; keelson instruments load <file> adds some.'
      : instruments
          .map((one) => {
            const hours = one.open ? paint.good('open  ') : paint.dim('closed');
            const steps = `tick ${one.tick_size}  lot ${one.lot_size}  × ${one.multiplier} ${one.currency}`;
            const end = one.expires_at === null ? '' : `  ends ${one.expires_at}`;
            return `${paint.bold(one.symbol.padEnd(20))} ${one.kind.padEnd(6)} ${hours} ${one.calendar.padEnd(12)} ${steps}${end}`;
          })
          .join('\n'),
});

import type { FileProblem } from '@keelson/market';
import { z } from 'zod';
import { flag, positional } from '../framework/argument.ts';
import { defineCommand } from '../framework/command.ts';
import { exitCode, Failure } from '../framework/failure.ts';
import { readRows } from '../instruments/read-file.ts';
import { recordOperation } from '../stack/audit.ts';
import { withAdminDatabase, withDatabase } from '../stack/open-database.ts';

const output = z.object({
  file: z.string(),
  rows: z.int(),
  added: z.int(),
  changed: z.int(),
  /** What risk reads now, of each symbol in the file; null where the year is too thin or its newest day too old. */
  ranks: z.array(z.object({ symbol: z.string(), days: z.int(), iv_rank: z.string().nullable() })),
});

const FORMAT = 'symbol, day, volatility (of a year, as a fraction: 0.2431)';

function refuse(file: string, problems: readonly FileProblem[]): never {
  const lines = problems.map(({ line, field, problem }) => `  line ${line}, ${field || 'row'}: ${problem}`);
  throw new Failure(`${file} has ${lines.length} problem(s), so nothing was loaded:\n${lines.join('\n')}`, {
    code: exitCode.usage,
    fix: `correct these lines; the fields are ${FORMAT}`,
  });
}

export const volatilityLoad = defineCommand({
  name: 'volatility load',
  summary: 'add implied volatilities of underlyings from a .csv or .json file, all or none; what ranks are made of',
  danger: 'changes',
  args: z.object({
    file: positional(z.string(), `with the fields ${FORMAT}`),
    source: flag(z.string().trim().min(1).max(60).default('operator'), 'where the numbers come from'),
  }),
  examples: ['keelson volatility load volatilities.csv', 'keelson volatility load volatilities.csv --source vendor'],
  output,
  async run(context, { file, source }) {
    const { ivRankOf, listInstruments, planVolatilities, readVolatilityYears, saveVolatilities } =
      await import('@keelson/market');
    const { decimalText } = await import('@keelson/kernel');
    const rows = readRows(file);
    const now = new Date();
    const days = await withDatabase(context, async (db) => {
      const known = new Set((await db.platform(listInstruments)).map(({ symbol }) => symbol));
      const plan = planVolatilities(rows, known, now.toISOString().slice(0, 10));
      return 'problems' in plan ? refuse(file, plan.problems) : plan.days;
    });
    const saved = await withAdminDatabase(context, (db) => db.platform((tx) => saveVolatilities(tx, source, days)));
    const symbols = [...new Set(days.map(({ symbol }) => symbol))].sort();
    const years = await withDatabase(context, (db) => db.platform((tx) => readVolatilityYears(tx, now, symbols)));
    await recordOperation(context, { action: 'volatility.load', subject: file, details: { ...saved, symbols } });
    const ranks = symbols.map((symbol) => {
      const year = years.find((one) => one.symbol === symbol);
      const rank = year && ivRankOf(year, now);
      return { symbol, days: year?.days ?? 0, iv_rank: rank ? decimalText(rank) : null };
    });
    return { file, rows: rows.length, ...saved, ranks };
  },
  human: ({ added, changed, ranks }, paint) =>
    [
      `${paint.bold(String(added))} added, ${paint.bold(String(changed))} changed`,
      ...ranks.map(({ symbol, days, iv_rank: rank }) =>
        rank === null
          ? `${symbol}  ${paint.bad('no rank')}: ${days} days; 126 of the last year are needed, the newest within five days`
          : `${symbol}  rank ${rank} of ${days} days`,
      ),
    ].join('\n'),
});

import type { FileProblem, FileRow, LoadPlan } from '@keelson/market';
import type { Tx } from '@keelson/persistence';
import { z } from 'zod';
import { flag, positional } from '../framework/argument.ts';
import { defineCommand } from '../framework/command.ts';
import { exitCode, Failure } from '../framework/failure.ts';
import { readRows } from '../instruments/read-file.ts';
import { recordOperation } from '../stack/audit.ts';
import { withAdminDatabase } from '../stack/open-database.ts';

const output = z.object({
  file: z.string(),
  rows: z.int(),
  added: z.array(z.string()),
  changed: z.array(z.object({ symbol: z.string(), fields: z.array(z.string()) })),
  unchanged: z.int(),
  written: z.boolean(),
});

/** Says everything that is wrong at once, each with its line and field. */
function refuse(file: string, problems: readonly FileProblem[]): never {
  const lines = problems.map(({ line, field, problem }) => `  line ${line}, ${field || 'row'}: ${problem}`);
  throw new Failure(`${file} has ${problems.length} problem(s), so nothing was loaded:\n${lines.join('\n')}`, {
    code: exitCode.usage,
    fix: 'correct these lines; the fields are in libs/feeds/market/README.md',
  });
}

async function planIn(tx: Tx, file: string, rows: readonly FileRow[]): Promise<LoadPlan> {
  const { planLoad, readStored } = await import('@keelson/market');
  const plan = planLoad(rows, await readStored(tx));
  if ('problems' in plan) return refuse(file, plan.problems);
  return plan;
}

/** Plans again under the lock that the load then writes in: what was confirmed is what happens, or nothing does. */
async function write(tx: Tx, file: string, rows: readonly FileRow[], confirmed: string): Promise<void> {
  const { saveInstrument } = await import('@keelson/market');
  const plan = await planIn(tx, file, rows);
  if (JSON.stringify(plan) !== confirmed) {
    throw new Failure('The stored instruments changed since they were compared, so nothing was loaded', {
      code: exitCode.resource,
      fix: `keelson instruments load ${file}`,
    });
  }
  for (const load of [...plan.added, ...plan.changed]) saveInstrument(tx, load);
}

export const instrumentsLoad = defineCommand({
  name: 'instruments load',
  summary: 'add and change instruments from a .csv or .json file, all or none; removes nothing',
  danger: 'changes',
  args: z.object({
    file: positional(z.string(), 'with a header (.csv) or a list of objects (.json)'),
    dryRun: flag(z.boolean().default(false), 'only say what would change'),
  }),
  examples: ['keelson instruments load contracts.csv --dry-run', 'keelson instruments load contracts.csv'],
  output,
  async run(context, { file, dryRun }) {
    const rows = readRows(file);
    return withAdminDatabase(context, async (db) => {
      const plan = await db.platform((tx) => planIn(tx, file, rows));
      const result = {
        file,
        rows: rows.length,
        added: plan.added.map(({ instrument }) => instrument.symbol),
        changed: plan.changed.map(({ instrument, fields }) => ({ symbol: instrument.symbol, fields: [...fields] })),
        unchanged: plan.unchanged.length,
      };
      const nothing = plan.added.length + plan.changed.length === 0;
      if (dryRun || nothing) return { ...result, written: false };
      if (plan.changed.length > 0) {
        for (const { symbol, fields } of result.changed) context.ui.say(`  · ${symbol}: ${fields.join(', ')}`);
        await context.ui.confirm(`Change ${plan.changed.length} instrument(s) that are traded already?`, 'refuse');
      }
      await db.platform((tx) => write(tx, file, rows, JSON.stringify(plan)));
      const details = { added: result.added.length, changed: result.changed };
      await recordOperation(context, { action: 'instruments.load', subject: file, details });
      return { ...result, written: true };
    });
  },
  human: ({ added, changed, unchanged, written }, paint) =>
    [
      `${paint.bold(String(added.length))} added${added.length === 0 ? '' : `: ${added.slice(0, 12).join(' ')}${added.length > 12 ? ' …' : ''}`}`,
      `${paint.bold(String(changed.length))} changed${changed.map(({ symbol, fields }) => `\n  ${symbol}: ${fields.join(', ')}`).join('')}`,
      `${unchanged} as they were${written ? '' : paint.dim('; nothing was written')}`,
    ].join('\n'),
});

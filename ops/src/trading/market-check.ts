import { services } from '@keelson/catalogue';
import type { Report } from '@keelson/oversight';
import { z } from 'zod';
import type { Context } from '../framework/context.ts';
import type { Paint } from '../framework/ui.ts';
import { withDatabase } from '../stack/open-database.ts';

/** A report as the commands print it. */
export const marketReport = z.object({
  day: z.iso.date(),
  checked_at: z.iso.datetime(),
  failed: z.int(),
  checks: z.array(z.object({ name: z.string(), passed: z.boolean(), found: z.string() })),
});
type PrintedReport = z.infer<typeof marketReport>;

/** The check before the open, made now. Works with every service down: that they are is one of its findings. */
export function checkMarket(context: Context): Promise<Report> {
  const expected = services.filter(({ needs }) => (needs as readonly string[]).includes('postgres'));
  return withDatabase(context, async (db) => {
    const { checkReadiness } = await import('@keelson/oversight');
    return checkReadiness(
      db,
      expected.map(({ name }) => name),
      new Date(),
    );
  });
}

/** The report of the last check, whoever made it. */
export function readReport(context: Context): Promise<Report | undefined> {
  return withDatabase(context, async (db) => {
    const { lastReport } = await import('@keelson/oversight');
    return db.platform(lastReport);
  });
}

export function printed({ day, checkedAt, failed, checks }: Report): PrintedReport {
  return { day, checked_at: checkedAt.toISOString(), failed, checks: checks.map((check) => ({ ...check })) };
}

/** One line a check, for a person. */
export function drawReport({ day, failed, checks }: PrintedReport, paint: Paint): string {
  const lines = checks.map(
    ({ name, passed, found }) => `${passed ? paint.good('✔') : paint.bad('✖')} ${name.padEnd(15)} ${found}`,
  );
  const end = failed === 0 ? `Ready for ${day}.` : paint.bad(`${failed} of ${checks.length} checks failed for ${day}.`);
  return [...lines, end].join('\n');
}

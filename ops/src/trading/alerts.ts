import { type Database, sql } from '@keelson/persistence';
import { z } from 'zod';

/** Alerts as `keelson alerts` prints them. */
export const alertList = z.object({
  alerts: z.array(
    z.object({
      name: z.string(),
      state: z.enum(['inactive', 'pending', 'firing']),
      /** The metric's value at the last look. */
      value: z.number(),
      since: z.string(),
      evaluated_at: z.string(),
      /** True when nobody has looked for longer than beat's schedule allows: the state then says little. */
      stale: z.boolean(),
      runbook: z.string().nullable(),
    }),
  ),
});
export type AlertList = z.infer<typeof alertList>;

/** The evaluation runs every two seconds; after five missed ones something is wrong with beat. */
const READ = sql(
  'ops.alerts',
  `select alert, state, value, since, evaluated_at, evaluated_at < clock_timestamp() - interval '10 seconds' as stale
     from keelson.alerts order by alert`,
);

interface AlertRow {
  readonly alert: string;
  readonly state: 'inactive' | 'pending' | 'firing';
  readonly value: string;
  readonly since: Date;
  readonly evaluated_at: Date;
  readonly stale: boolean;
}

/** What beat last found; `pageOf` gives the page that an alert opens. */
export async function readAlerts(db: Database, pageOf: (name: string) => string | null): Promise<AlertList> {
  const rows = await db.platform((tx) => tx.query<AlertRow & Record<string, unknown>>(READ));
  return {
    alerts: rows.map((row) => ({
      name: row.alert,
      state: row.state,
      value: Number(row.value),
      since: row.since.toISOString(),
      evaluated_at: row.evaluated_at.toISOString(),
      stale: row.stale,
      runbook: pageOf(row.alert),
    })),
  };
}

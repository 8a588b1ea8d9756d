import type { Id } from '@keelson/kernel';
import type { Database } from '@keelson/persistence';
import { z } from 'zod';
import type { Context } from '../framework/context.ts';
import { withDatabase } from '../stack/open-database.ts';
import { everyTeam } from './teams.ts';

const facts = z.record(z.string(), z.string()).nullable();
const instant = z.string().nullable();

/** Accounts and their drifts as `keelson reconcile` prints them. */
export const reconciliation = z.object({
  accounts: z.array(
    z.object({
      account_id: z.string(),
      broker: z.string(),
      state: z.enum(['unknown', 'differing', 'clean']),
      /** True while reconciliation lets the account trade. */
      vouched: z.boolean(),
      checked_at: instant,
      checks: z.int(),
      failure: z.string().nullable(),
    }),
  ),
  drifts: z.array(
    z.object({
      drift_id: z.string(),
      account_id: z.string(),
      kind: z.string(),
      subject: z.string(),
      symbol: z.string().nullable(),
      ours: facts,
      venue: facts,
      treatment: z.string(),
      state: z.string(),
      attempts: z.int(),
      problem: z.string().nullable(),
      led_to: z.string().nullable(),
      found_at: instant,
      ended_at: instant,
      reason: z.string().nullable(),
    }),
  ),
});
export type Reconciliation = z.infer<typeof reconciliation>;

export interface Wanted {
  readonly account?: string | undefined;
  /** Also drifts that have ended. */
  readonly all: boolean;
}

const MOST_DRIFTS = 200;

/** Reads every team's accounts; each team in a transaction of its own. */
export async function readReconciliation(db: Database, { account, all }: Wanted): Promise<Reconciliation> {
  const { readDrifts, readStandings } = await import('@keelson/oversight');
  const found: Reconciliation = { accounts: [], drifts: [] };
  for (const teamId of await everyTeam(db)) {
    await db.transaction(teamId, async (tx) => {
      for (const row of await readStandings(tx, account))
        found.accounts.push({ ...row, checked_at: text(row.checked_at) });
      for (const row of await readDrifts(tx, { accountId: account, all, limit: MOST_DRIFTS })) {
        found.drifts.push({ ...row, found_at: text(row.found_at), ended_at: text(row.ended_at) });
      }
    });
  }
  return found;
}

/** The same for a command. */
export function showReconciliation(context: Context, wanted: Wanted): Promise<Reconciliation> {
  return withDatabase(context, (db) => readReconciliation(db, wanted));
}

/** The team of a drift; undefined when no team has it. */
export async function teamOfDrift(db: Database, driftId: string): Promise<Id | undefined> {
  const { hasDrift } = await import('@keelson/oversight');
  for (const teamId of await everyTeam(db))
    if (await db.transaction(teamId, (tx) => hasDrift(tx, driftId))) return teamId;
  return undefined;
}

function text(at: Date | null): string | null {
  return at === null ? null : at.toISOString();
}

/** For people: one line an account, one a drift. */
export function describeReconciliation({ accounts, drifts }: Reconciliation): string {
  const standing = accounts.map(
    ({ account_id, broker, state, vouched, checked_at, failure }) =>
      `${account_id}  ${broker.padEnd(8)} ${state.padEnd(9)} ${vouched ? 'may trade' : 'must wait'}  ${checked_at ?? 'never compared'}${failure ? `  ${failure}` : ''}`,
  );
  const found = drifts.map(
    ({ drift_id, kind, subject, state, treatment, attempts, ours, venue, problem }) =>
      `${drift_id}  ${state.padEnd(8)} ${kind} ${subject}  ${treatment}, ${attempts} tried  ours ${JSON.stringify(ours)}  venue ${JSON.stringify(venue)}${problem ? `  ${problem}` : ''}`,
  );
  return [...standing, ...(found.length > 0 ? ['', ...found] : ['', 'no drift is open'])].join('\n');
}

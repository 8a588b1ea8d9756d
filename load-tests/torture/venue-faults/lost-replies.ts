import { setTimeout as sleep } from 'node:timers/promises';
import { atMost, none, type ResultRow } from '../../bench/harness/result.ts';
import { addressOf } from '../../bench/harness/stack.ts';
import { benchTeams } from '../../bench/harness/teams.ts';
import { toVenue, VenueWitness } from '../halting/venue.ts';
import { Database } from '../harness/database.ts';
import { OrderBooks, sendMany, timeUntil } from './rig.ts';

const OUTAGE_MS = 2_000;
const RESOLVED_WITHIN_MS = 5_000;
const GIVE_UP_MS = 60_000;

/**
 * No submission is answered: half are taken and the answer is lost, a quarter never arrive, a quarter arrive after the
 * first question about them. Then the venue is away altogether, and comes back. Judged by the venue's own log.
 */
export async function tortureLostReplies({
  seed,
  submits,
  perSecond,
}: {
  readonly seed: number;
  readonly submits: number;
  readonly perSecond: number;
}): Promise<{ rows: ResultRow[]; details: Record<string, Record<string, number>> }> {
  const [team] = await benchTeams(1);
  const [venue, database] = [await addressOf('paper-broker'), await Database.connect()];
  const books = new OrderBooks(database);
  const witness = new VenueWitness(team!.accountId);
  try {
    const shares = { lost_percent: 50, never_percent: 25, late_percent: 25, late_ms: 120 };
    await toVenue(venue, '/v1/control', { seed, first_arrival: shares });
    const accepted = await sendMany(team!, { count: submits, perSecond, prefix: `lost-${seed}` });
    await toVenue(venue, '/v1/control', { unavailable: true });
    await sleep(OUTAGE_MS);
    await toVenue(venue, '/v1/control', { unavailable: false });
    const ordered = async (): Promise<boolean> => (await books.orders(team!)).length >= accepted;
    const resolved = async (): Promise<boolean> => (await ordered()) && (await books.open(team!)) === 0;
    const resolvedMs = await timeUntil(resolved, GIVE_UP_MS, 'every submission has a definite end');
    return judge(await witness.lines(), await books.orders(team!), { accepted, resolvedMs });
  } finally {
    await toVenue(venue, '/v1/control/reset', {});
    await database.end();
  }
}

function judge(
  lines: Awaited<ReturnType<VenueWitness['lines']>>,
  ours: Awaited<ReturnType<OrderBooks['orders']>>,
  { accepted, resolvedMs }: { accepted: number; resolvedMs: number },
): { rows: ResultRow[]; details: Record<string, Record<string, number>> } {
  const taken = lines.filter(({ kind, outcome }) => kind === 'order' && outcome === 'accepted');
  const ids = new Set(taken.map(({ client_order_id: id }) => id));
  const filledHere = new Set(
    ours.filter(({ status }) => status === 'filled').map(({ clientOrderId }) => clientOrderId),
  );
  const strikes = (what: string): number => lines.filter((line) => line.kind === 'strike' && line.what === what).length;
  const title = `${accepted} submissions without an answer`;
  return {
    rows: [
      none(title, {
        duplicates: taken.length - ids.size,
        'false rejects': ours.filter(({ status }) => status === 'rejected').length,
        'orders lost': accepted - ids.size,
        'orders that our books have otherwise': [...ids].filter((id) => !filledHere.has(id!)).length,
      }),
      atMost(`${title}: all resolved after the venue is back`, '', resolvedMs, RESOLVED_WITHIN_MS, 'ms', 0),
    ],
    details: {
      'first arrivals': { cut: strikes('cut'), late: strikes('late'), 'struck by the outage': strikes('unavailable') },
      'at the venue': { orders: taken.length },
    },
  };
}

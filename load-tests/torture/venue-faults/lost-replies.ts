import { setTimeout as sleep } from 'node:timers/promises';
import { say } from '../../bench/harness/bench.ts';
import { databaseNow } from '../../bench/harness/books.ts';
import { atLeast, atMost, none, type ResultRow } from '../../bench/harness/result.ts';
import { addressOf } from '../../bench/harness/stack.ts';
import { booksAfter } from '../harness/books.ts';
import { Database } from '../harness/database.ts';
import { type DeliveryLine, PlainAlerts } from '../harness/deliver.ts';
import { Journal, runFolder } from '../harness/journal.ts';
import { readyTeams } from '../harness/scene.ts';
import { tallied } from '../harness/steady.ts';
import { toVenue, venueFills, type VenueLine, venueOrders, VenueWitness } from '../harness/venue.ts';
import { type Evidence, rowsOf, weigh, type Wrongs } from '../harness/verdict.ts';
import { OrderBooks, sendMany, timeUntil } from './rig.ts';

const OUTAGE_MS = 2_000;
const RESOLVED_WITHIN_MS = 5_000;
const GIVE_UP_MS = 120_000;

export interface LostReplies {
  readonly seed: number;
  readonly submits: number;
  readonly perSecond: number;
}

/**
 * No submission is answered: half are taken and the answer is lost, a quarter never arrive, a quarter arrive after the
 * first question about them. Then the venue is away altogether, and comes back. Judged by the logs of sender and venue.
 */
export async function tortureLostReplies({
  seed,
  submits,
  perSecond,
}: LostReplies): Promise<{ rows: ResultRow[]; details: Record<string, Record<string, number>> }> {
  const [venue, database] = [await addressOf('paper-broker'), await Database.connect()];
  const [folder, since] = [runFolder('lost-replies', seed), await databaseNow()];
  try {
    const [team] = await readyTeams(database, 1);
    const [books, witness] = [new OrderBooks(database, since), new VenueWitness(team!.accountId)];
    const shares = { lost_percent: 50, never_percent: 25, late_percent: 25, late_ms: 120 };
    await toVenue(venue, '/v1/control', { seed, first_arrival: shares });
    const journal = new Journal<DeliveryLine>(folder, 'sender');
    const alerts = new PlainAlerts(`lost-${seed}`);
    const sent = await sendMany(team!, { count: submits, perSecond, alerts, journal });
    await toVenue(venue, '/v1/control', { unavailable: true });
    await sleep(OUTAGE_MS);
    await toVenue(venue, '/v1/control', { unavailable: false });
    const resolved = async (): Promise<boolean> => (await books.open(team!)) === 0;
    const resolvedMs = await timeUntil(resolved, GIVE_UP_MS, 'every submission has a definite end');
    const lines = await witness.lines();
    const after = await booksAfter([team!], since);
    const evidence = { deliveries: sent, venueOrders: venueOrders(lines), venueFills: venueFills(lines), books: after };
    const wrongs = weigh(evidence);
    new Journal<{ wrongs: Wrongs; resolvedMs: number }>(folder, 'checker').append({ wrongs, resolvedMs });
    say(`  logs of sender and checker: ${folder}`);
    const rejected = (await books.statuses(team!)).get('rejected') ?? 0;
    return judge(lines, evidence, { wrongs, resolvedMs, rejected });
  } finally {
    await toVenue(venue, '/v1/control/reset', {});
    await database.end();
  }
}

function judge(
  lines: readonly VenueLine[],
  { deliveries, venueOrders: orders, books }: Evidence,
  { wrongs, resolvedMs, rejected }: { wrongs: Wrongs; resolvedMs: number; rejected: number },
): { rows: ResultRow[]; details: Record<string, Record<string, number>> } {
  const accepted = deliveries.filter(({ status }) => status === 202);
  const traded = new Set(orders.map(({ price }) => price));
  const strikes = (what: string): number => lines.filter((line) => line.kind === 'strike' && line.what === what).length;
  const title = `${accepted.length} submissions without an answer`;
  return {
    rows: [
      none(title, {
        'false rejects': rejected,
        // Nothing was wrong with any of them, and each had a minute: every one must be at the venue.
        'orders lost': accepted.filter(({ price }) => !traded.has(price)).length,
      }),
      atLeast('alerts accepted', accepted.length, Math.ceil(deliveries.length * 0.95), 'alerts'),
      ...rowsOf(title, wrongs, books),
      atMost(`${title}: all resolved after the venue is back`, '', resolvedMs, RESOLVED_WITHIN_MS, 'ms', 0),
    ],
    details: {
      'first arrivals': { cut: strikes('cut'), late: strikes('late'), 'struck by the outage': strikes('unavailable') },
      'at the door': tallied(deliveries),
      'at the venue': { orders: orders.length },
    },
  };
}

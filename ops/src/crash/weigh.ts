import type { Context } from '../framework/context.ts';
import { demoTeamId } from '../seed/teams.ts';
import { withDatabase } from '../stack/open-database.ts';
import { bookedFills, ledgerSum } from './books.ts';
import type { Underway } from './until-done.ts';
import { type LogEnds, venueOrders } from './venue-log.ts';
import { type CrashVerdict, judge } from './verdict.ts';

/** Gathers what the venue's log and the books say of signals that were sent since `venueLog` ended there, and judges. */
export async function weigh(context: Context, run: Underway & { readonly venueLog: LogEnds }): Promise<CrashVerdict> {
  const { accepted, collector } = run;
  const venue = await venueOrders(context.folders.venue, run.venueLog);
  const { booked, ledger } = await withDatabase(context, async (db) => ({
    booked: await bookedFills(db, demoTeamId, [...venue.keys()]),
    ledger: await ledgerSum(db, demoTeamId),
  }));
  const { endings, doubled, missed } = collector;
  return judge({ accepted, endings, doubledFrames: doubled, missedFrames: missed, venue, booked, ledger });
}

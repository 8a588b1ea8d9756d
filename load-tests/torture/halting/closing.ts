import { addressOf } from '../../bench/harness/stack.ts';
import type { BenchTeam } from '../../bench/harness/teams.ts';
import type { Database } from '../harness/database.ts';
import { resume } from '../harness/scene.ts';
import { toVenue, VenueWitness } from '../harness/venue.ts';
import { haltByCommand, untilDone } from './halts.ts';

/** Working orders of an account, entered at the venue by hand; from the request to the last cancel. */
export async function cancelMany(team: BenchTeam, database: Database, count: number): Promise<number> {
  const venue = await addressOf('paper-broker');
  const resting = { type: 'limit', limit_price: '0.0001', time_in_force: 'gtc', side: 'buy', quantity: '1' };
  const witness = new VenueWitness(team.accountId);
  for (let placed = 0; placed < count; placed += 1) {
    await toVenue(venue, '/v1/control/orders', { account: team.accountId, symbol: 'ES', ...resting });
  }
  const { requestedAt } = await untilDone(database, (await haltByCommand(team)).haltId);
  const cancelled = await witness.events('cancelled');
  if (cancelled.length !== count) throw new Error(`${cancelled.length} of ${count} working orders were cancelled`);
  return Math.max(...cancelled) - requestedAt;
}

/** `keelson halt` of a team that has nothing under way, several times: what the command itself takes. */
export async function commandAlone(team: BenchTeam, times: number): Promise<number[]> {
  const took: number[] = [];
  for (let turn = 0; turn < times; turn += 1) {
    took.push((await haltByCommand(team)).tookMs);
    await resume(team);
  }
  return took;
}

/** Positions in symbols of their own; from the request to the last fill that closes one. */
export async function flattenMany(team: BenchTeam, database: Database, count: number): Promise<number> {
  const venue = await addressOf('paper-broker');
  const witness = new VenueWitness(team.accountId);
  for (let index = 0; index < count; index += 1) {
    const quantity = String(index % 2 === 0 ? index + 1 : -index - 1);
    const change = { change: 'position', account: team.accountId, symbol: `TORTURE${index}`, quantity };
    await toVenue(venue, '/v1/control/book', change);
  }
  const { requestedAt } = await untilDone(database, (await haltByCommand(team, ['--flatten'])).haltId);
  const fills = await witness.fills();
  const closed = new Map<string, number>();
  for (const { symbol, signed } of fills) closed.set(symbol, (closed.get(symbol) ?? 0) + signed);
  for (let index = 0; index < count; index += 1) {
    const left = (index % 2 === 0 ? index + 1 : -index - 1) + (closed.get(`TORTURE${index}`) ?? 0);
    if (left !== 0) throw new Error(`TORTURE${index}: ${left} is left, by the venue's log`);
  }
  return Math.max(...fills.map(({ at }) => at)) - requestedAt;
}

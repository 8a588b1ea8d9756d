import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Database } from '@keelson/persistence';
import { seedTeam, type SeededTeam, testDatabase, type TestDatabase } from '@keelson/testkit';
import pg from 'pg';
import { type HistoryOutcome, tradingDaysBefore, writeHistory } from '../../src/seed/history/history.ts';
import { writeInstruments } from '../../src/seed/write.ts';

const UNTIL = '2026-03-21';
const DAYS = 5;

interface World {
  readonly database: TestDatabase;
  readonly team: SeededTeam;
  readonly admin: Database;
  readonly outcome: HistoryOutcome;
}
const worlds: World[] = [];

/** A history in a database of its own. */
async function history(seed: number): Promise<World> {
  const database = await testDatabase();
  const client = new pg.Client({ connectionString: database.adminUrl });
  await client.connect();
  await writeInstruments(client);
  await client.end();
  const team = await seedTeam(database);
  const admin = new Database({ url: database.adminUrl, poolSize: 1, applicationName: 'test' });
  const outcome = await writeHistory({
    admin,
    database: database.db,
    teamId: team.teamId,
    days: DAYS,
    seed,
    until: UNTIL,
  });
  const world = { database, team, admin, outcome };
  worlds.push(world);
  return world;
}

/** What the books say, without ids: those of two teams differ. */
async function story({ database, outcome }: World): Promise<unknown> {
  const [row] = await database.admin<Record<string, unknown>>(
    `select
       (select jsonb_agg(jsonb_build_array(symbol, direction, quantity, entry_price, exit_price, realised_profit, fees, opened_at, closed_at)
                order by opened_at, symbol) from keelson.trades where account_id = $1 and voided_at is null) as trades,
       (select jsonb_agg(jsonb_build_array(trading_day, content->'currencies') order by trading_day)
          from keelson.statements where account_id = $1) as statements,
       (select jsonb_agg(jsonb_build_array(taken_at, equity) order by taken_at)
          from keelson.portfolio_snapshots where account_id = $1) as equity`,
    [outcome.accountId],
  );
  return row;
}

let first: World;
beforeAll(async () => {
  first = await history(7);
}, 120_000);
afterAll(async () => {
  for (const { admin, database } of worlds) {
    await admin.close();
    await database.close();
  }
});

describe('a history', () => {
  it('has trades won and lost, each of them sent, stopped or taken by the venue', async () => {
    const [found] = await first.database.admin<Record<string, number>>(
      `select count(*)::int as trades,
              count(*) filter (where realised_profit > fees)::int as won,
              count(*) filter (where realised_profit < fees)::int as lost,
              count(*) filter (where initial_risk > 0)::int as risked,
              count(distinct strategy)::int as strategies
         from keelson.trades where account_id = $1 and closed_at is not null and voided_at is null`,
      [first.outcome.accountId],
    );
    expect(found!['trades']).toBeGreaterThan(10);
    expect(Math.min(found!['won']!, found!['lost']!)).toBeGreaterThan(0);
    expect(found!['risked']).toBe(found!['trades']);
    expect(found!['strategies']).toBeGreaterThan(1);
  });

  it('went the real way: every order ended or rests, nothing waits, every fill has its entry', async () => {
    const [found] = await first.database.admin<Record<string, number>>(
      `select (select count(*)::int from keelson.outbox where team_id = $2) as waiting,
              (select count(*)::int from keelson.orders where account_id = $1 and status in ('created', 'submitted', 'unknown')) as lost,
              (select count(*)::int from keelson.fills f join keelson.orders o using (order_id) where o.account_id = $1
                  and not exists (select from keelson.entries e where e.fill_id = f.fill_id)) as unbooked,
              (select count(*)::int from keelson.entries where account_id = $1 and kind = 'reversal') as busts,
              (select count(*)::int from keelson.signals s where s.account_id = $1
                  and not exists (select from keelson.stream_events e where e.signal_id = s.signal_id and e.channel = 'orders')) as untold`,
      [first.outcome.accountId, first.team.teamId],
    );
    expect(found).toEqual({ waiting: 0, lost: 0, unbooked: 0, busts: 1, untold: 0 });
  });

  it('leaves books that agree: exposure held is the cost of positions, reserved that of open orders', async () => {
    const [found] = await first.database.admin<Record<string, unknown>>(
      `select e.held - t.held as held, e.reserved - t.reserved as reserved
         from keelson.exposures e, keelson.exposure_truth(e.account_id, e.scope) t
        where e.account_id = $1 and e.scope = 'account'`,
      [first.outcome.accountId],
    );
    expect([Number(found!['held']), Number(found!['reserved'])]).toEqual([0, 0]);
  });

  it('closes every day, one opening where the other closed', async () => {
    const rows = await first.database.admin<{ day: string; opening: string; closing: string }>(
      `select trading_day::text as day, content->'currencies'->0->>'opening' as opening, content->'currencies'->0->>'closing' as closing
         from keelson.statements where account_id = $1 order by trading_day`,
      [first.outcome.accountId],
    );
    expect(rows.map(({ day }) => day)).toEqual(tradingDaysBefore(UNTIL, DAYS));
    for (const [index, { opening }] of rows.entries())
      expect(opening).toBe(index === 0 ? '0' : rows[index - 1]!.closing);
  });

  it('is not written over itself', async () => {
    const before = await story(first);
    const { admin, database, team } = first;
    const again = { admin, database: database.db, teamId: team.teamId, days: DAYS, seed: 8, until: UNTIL };
    expect(await writeHistory(again)).toMatchObject({ written: false });
    expect(await story(first)).toEqual(before);
  });
});

describe('the same seed', () => {
  it('gives the same history, another one another', async () => {
    const [same, other] = [await history(7), await history(8)];
    expect(await story(same)).toEqual(await story(first));
    expect(await story(other)).not.toEqual(await story(first));
  }, 120_000);
});

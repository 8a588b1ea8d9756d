import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql, type Statement, type Tx } from '@keelson/persistence';
import { flawless } from './support/audit.ts';
import { type RunningPipeline, World } from './support/world.ts';

const SIGNALS = 120;
/** At once; more would wait for a connection of the api's for too long on a slow machine. */
const WAVE = 24;
const TICKERS = ['CME_MINI:ES1!', 'CME_MINI:NQ1!'];

/** The plans of prepared statements as the connection keeps them: executed by name, not planned anew. */
async function explainAll(tx: Tx, prepared: Statement): Promise<{ name: string; plan: string }[]> {
  const explained: { name: string; plan: string }[] = [];
  for (const { name, parameters } of await tx.query<{ name: string; parameters: number }>(prepared)) {
    const execute = `explain execute "${name}"(${Array.from({ length: parameters }, () => 'null').join(', ')})`;
    const lines = await tx.query<{ 'QUERY PLAN': string }>(sql(`test.explain.${name}`, execute));
    explained.push({ name, plan: lines.map((line) => line['QUERY PLAN']).join('\n') });
  }
  return explained;
}

/** Fills of one team that come faster than Postgres commits them, in two processes that share its positions and totals. */
describe('fills that come at once', () => {
  let world: World;
  const running: RunningPipeline[] = [];
  beforeAll(async () => {
    world = await World.start({ venue: { partialFillPercent: 34, latencyMs: { min: 0, max: 2 } } });
    await world.database.admin(`insert into keelson.instruments (symbol, name, kind, currency, tick_size, multiplier)
      values ('NQ', 'E-mini Nasdaq-100', 'future', 'USD', 0.25, 20)`);
    await world.database.admin(`insert into keelson.instrument_aliases values ('CME_MINI:NQ1!', 'NQ')`);
    for (let index = 0; index < 2; index += 1) running.push(await world.run());
  }, 60_000);
  afterAll(() => world.close());

  it('share commits, book every fill once, and never lock each other out', async () => {
    const accept = (index: number) =>
      world.accept({
        side: index % 3 === 0 ? 'sell' : 'buy',
        quantity: String(1 + (index % 4)),
        fields: { ticker: TICKERS[index % 2] },
      });
    for (let sent = 0; sent < SIGNALS; sent += WAVE) {
      await Promise.all(Array.from({ length: WAVE }, (_, index) => accept(sent + index)));
    }
    expect(await world.settled(60_000)).toEqual(flawless(SIGNALS));
    expect(running.flatMap(({ errors }) => errors)).toEqual([]);
    const deadlocks = 'select deadlocks::int from pg_stat_database where datname = current_database()';
    expect(await world.database.admin(deadlocks)).toEqual([{ deadlocks: 0 }]);
    const [booked] = await world.database.admin<{ entries: number; commits: number }>(
      'select count(*)::int as entries, count(distinct xmin::text)::int as commits from keelson.entries',
    );
    expect(booked!.entries).toBeGreaterThanOrEqual(SIGNALS);
    expect(booked!.commits).toBeLessThan(booked!.entries / 2);
    const [decided] = await world.database.admin<{ verdicts: number; commits: number }>(
      'select count(*)::int as verdicts, count(distinct xmin::text)::int as commits from keelson.verdicts',
    );
    expect(decided!.commits).toBeLessThan(decided!.verdicts);
  }, 90_000);

  it('find each row by its key, in plans that were made while the tables were empty', async () => {
    const { database } = running[0]!;
    const prepared = sql(
      'test.prepared',
      `select name, cardinality(parameter_types) as parameters from pg_prepared_statements where name like '%\\_of\\_many' order by name`,
    );
    const plansOf = (tx: Tx) => explainAll(tx, prepared);
    // Each connection of the pool has prepared what it was asked for.
    const connections = Array.from({ length: 8 }, () => database.transaction(world.team.teamId, plansOf));
    const plans = (await Promise.all(connections)).flat();
    expect(plans.map(({ name }) => name)).toEqual(expect.arrayContaining(['risk.load_of_many', 'orders.lock_of_many']));
    // A join that reads a table wholly, or rows that are found by nothing but their team.
    const reading = /(Hash|Merge) Join|Seq Scan|Index Cond: \(team_id = \(InitPlan \d+\)\.col1\)$/m;
    expect(plans.filter(({ plan }) => reading.test(plan))).toEqual([]);
  });
});

import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { withConnection } from './connection.ts';
import { credentials } from './stack.ts';

/** What Postgres holds of some teams since a moment, counted by the services' own role. */
export interface BookCounts {
  receipts: number;
  orders: number;
  filledOrders: number;
  fills: number;
  filledQuantity: number;
  /** Signals with exactly one terminal event on the stream of orders. */
  endedOnce: number;
  /** Currencies of teams whose postings don't sum to zero. */
  unbalanced: number;
  /** Messages that still wait. */
  waiting: number;
}

/** Events on the stream of orders that end a signal, for SQL. */
export const TERMINAL = `('order.filled', 'order.denied', 'order.rejected', 'order.expired', 'order.cancelled')`;
const COUNT = `
  select (select count(*) from keelson.receipts where received_at >= $1)::int as receipts,
         (select count(*) from keelson.orders where created_at >= $1)::int as orders,
         (select count(*) from keelson.orders where created_at >= $1 and status = 'filled')::int as "filledOrders",
         (select count(*) from keelson.fills join keelson.orders using (order_id) where created_at >= $1)::int as fills,
         (select coalesce(sum(f.quantity), 0) from keelson.fills f join keelson.orders using (order_id)
           where created_at >= $1)::float8 as "filledQuantity",
         (select count(*) from (
            select from keelson.signals s join keelson.stream_events e using (signal_id)
             where s.received_at >= $1 and e.channel = 'orders' and e.event in ${TERMINAL}
             group by signal_id having count(*) = 1) once)::int as "endedOnce",
         (select count(*) from (select currency from keelson.postings group by currency having sum(amount) <> 0) u)::int
           as unbalanced,
         (select count(*) from keelson.outbox)::int as waiting`;

function connected<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  return withConnection(credentials().databaseUrl, work);
}

/** Postgres's own time, which the rows carry. */
export function databaseNow(): Promise<Date> {
  return connected(
    async (client) => (await client.query<{ now: Date }>('select clock_timestamp() as now')).rows[0]?.now ?? new Date(),
  );
}

/** Sums over teams, each counted in a transaction of its own under row-level security. */
export function bookCounts(teamIds: readonly string[], since: Date): Promise<BookCounts> {
  return connected(async (client) => {
    const total: BookCounts = {
      ...{ receipts: 0, orders: 0, filledOrders: 0, fills: 0, filledQuantity: 0 },
      ...{ endedOnce: 0, unbalanced: 0, waiting: 0 },
    };
    for (const teamId of teamIds) {
      await client.query('begin');
      await client.query(`select set_config('keelson.team_id', $1, true)`, [teamId]);
      const counts = (await client.query<BookCounts>(COUNT, [since])).rows[0];
      await client.query('commit');
      for (const name of Object.keys(total) as (keyof BookCounts)[]) total[name] += counts?.[name] ?? 0;
    }
    return total;
  });
}

const ACCEPTED = `
  select o.client_order_id as id, (extract(epoch from s.received_at) * 1000)::float8 as at
    from keelson.orders o join keelson.signals s using (signal_id) where o.created_at >= $1`;

/** When the signals of orders were accepted, by Postgres' clock: milliseconds since 1970 by client order id. */
export function acceptances(teamIds: readonly string[], since: Date): Promise<ReadonlyMap<string, number>> {
  return connected(async (client) => {
    const found = new Map<string, number>();
    for (const teamId of teamIds) {
      await client.query('begin');
      await client.query(`select set_config('keelson.team_id', $1, true)`, [teamId]);
      const { rows } = await client.query<{ id: string; at: number }>(ACCEPTED, [since]);
      await client.query('commit');
      for (const { id, at } of rows) found.set(id, at);
    }
    return found;
  });
}

/** Waits until no message of any team waits; the seconds that it took, and whether it came to that. */
export async function untilEmpty(withinSeconds: number): Promise<{ seconds: number; empty: boolean }> {
  const started = performance.now();
  const taken = () => (performance.now() - started) / 1_000;
  return withConnection(credentials().databaseAdminUrl, async (client) => {
    while (taken() < withinSeconds) {
      const { rows } = await client.query<{ empty: boolean }>(
        'select not exists (select from keelson.outbox) as empty',
      );
      if (rows[0]!.empty) return { seconds: taken(), empty: true };
      await sleep(500);
    }
    return { seconds: taken(), empty: false };
  });
}

/** One look at how much waits, and when; seconds since the first look. */
export interface Backlog {
  readonly seconds: number;
  readonly waiting: number;
}

/** Looks every second at how many messages wait, of any team, until told to stop; hands back what it saw. */
export function watchBacklog(everyMs = 1_000): () => Promise<readonly Backlog[]> {
  const seen: Backlog[] = [];
  const started = performance.now();
  let stopped = false;
  const run = withConnection(credentials().databaseAdminUrl, async (client) => {
    while (!stopped) {
      const { rows } = await client.query<{ waiting: number }>('select count(*)::int as waiting from keelson.outbox');
      seen.push({ seconds: (performance.now() - started) / 1_000, waiting: rows[0]!.waiting });
      await sleep(everyMs);
    }
  });
  run.catch(() => undefined);
  return async () => {
    stopped = true;
    await run;
    return seen;
  };
}

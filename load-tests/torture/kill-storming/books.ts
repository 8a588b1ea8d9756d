import pg from 'pg';
import { credentials } from '../../bench/harness/stack.ts';
import type { BenchTeam } from '../../bench/harness/teams.ts';

/** A fill as both the venue and the books know it; amounts are decimal text without trailing zeros. */
export interface Fill {
  readonly clientOrderId: string;
  readonly quantity: string;
  readonly price: string;
}

/** What the platform says of itself after the storm. */
export interface BooksAfter {
  /** Events that end a signal, by signal. */
  readonly endings: ReadonlyMap<string, readonly string[]>;
  readonly fills: readonly Fill[];
  /** Currencies of teams whose postings do not sum to zero. */
  readonly unbalanced: number;
  readonly deadLetters: number;
}

async function connected<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    ...{ connectionString: credentials().databaseAdminUrl, application_name: 'keelson-torture' },
    connectionTimeoutMillis: 2_000,
  });
  // Postgres may still be recovering: a connection that breaks fails its query, which the caller repeats.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

export interface Open {
  /** Messages of anybody that still wait. */
  readonly messages: number;
  /** Orders of these teams whose fate is open. */
  readonly orders: number;
}

/** Undefined while Postgres does not answer. */
export async function openWork(teams: readonly BenchTeam[]): Promise<Open | undefined> {
  const ids = teams.map(({ teamId }) => teamId);
  try {
    return await connected(async (client) => {
      const { rows } = await client.query<Open>(
        `select (select count(*) from keelson.outbox)::int as messages,
                (select count(*) from keelson.orders where team_id = any($1) and completed_at is null)::int as orders`,
        [ids],
      );
      return rows[0];
    });
  } catch {
    return undefined;
  }
}

const ENDINGS = `
  select signal_id::text as id, array_agg(event) as events from keelson.stream_events
   where team_id = any($1) and created_at >= $2 and channel = 'orders' and signal_id is not null
     and event in ('order.filled', 'order.denied', 'order.rejected', 'order.expired', 'order.cancelled')
   group by signal_id`;
const FILLS = `
  select o.client_order_id as "clientOrderId", trim_scale(f.quantity)::text as quantity, trim_scale(f.price)::text as price
    from keelson.fills f join keelson.orders o using (order_id)
   where o.team_id = any($1) and o.created_at >= $2`;
const UNBALANCED = `
  select count(*)::int as count from (
    select team_id, currency from keelson.postings group by team_id, currency having sum(amount) <> 0) u`;

export function booksAfter(teams: readonly BenchTeam[], since: Date): Promise<BooksAfter> {
  const parameters = [teams.map(({ teamId }) => teamId), since];
  return connected(async (client) => {
    const endings = await client.query<{ id: string; events: string[] }>(ENDINGS, parameters);
    const fills = await client.query<Fill>(FILLS, parameters);
    const unbalanced = await client.query<{ count: number }>(UNBALANCED);
    const dead = await client.query<{ count: number }>(
      'select count(*)::int as count from keelson.dead_letters where team_id = any($1) and failed_at >= $2',
      parameters,
    );
    return {
      endings: new Map(endings.rows.map(({ id, events }) => [id, events])),
      fills: fills.rows,
      unbalanced: unbalanced.rows[0]!.count,
      deadLetters: dead.rows[0]!.count,
    };
  });
}

import { setTimeout as sleep } from 'node:timers/promises';
import { TERMINAL } from '../../bench/harness/books.ts';
import type { BenchTeam } from '../../bench/harness/teams.ts';
import { Database } from './database.ts';

/** A fill as both the venue and the books know it; amounts are decimal text without trailing zeros. */
export interface Fill {
  readonly clientOrderId: string;
  readonly quantity: string;
  readonly price: string;
}

/** What the platform says of itself after a run. */
export interface BooksAfter {
  /** Events that end a signal, by signal. */
  readonly endings: ReadonlyMap<string, readonly string[]>;
  readonly fills: readonly Fill[];
  /** Currencies of teams whose postings do not sum to zero. */
  readonly unbalanced: number;
  readonly deadLetters: number;
}

/** Postgres may be recovering, or die under it: the caller repeats what failed. */
async function connected<T>(work: (database: Database) => Promise<T>): Promise<T> {
  const database = await Database.connect({ withinMs: 2_000 });
  try {
    return await work(database);
  } finally {
    await database.end().catch(() => undefined);
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
    return await connected((database) =>
      database.row<Open>(
        `select (select count(*) from keelson.outbox)::int as messages,
                (select count(*) from keelson.orders where team_id = any($1) and completed_at is null)::int as orders`,
        [ids],
      ),
    );
  } catch {
    return undefined;
  }
}

/** Messages that wait and orders whose fate is open, of these teams. */
export async function openOf(database: Database, teams: readonly BenchTeam[]): Promise<number> {
  const { open } = await database.row<{ open: number }>(
    `select (select count(*) from keelson.outbox where team_id = any($1))::int
            + (select count(*) from keelson.orders where team_id = any($1) and completed_at is null)::int as open`,
    [teams.map(({ teamId }) => teamId)],
  );
  return open;
}

const SETTLED_WITHIN_MS = 120_000;

/** Waits until nothing of these teams is under way; gives up in the end, and whoever judges sees what is missing. */
export async function untilSettled(teams: readonly BenchTeam[]): Promise<void> {
  await connected(async (database) => {
    for (const end = Date.now() + SETTLED_WITHIN_MS; Date.now() < end; await sleep(100)) {
      if ((await openOf(database, teams)) === 0) return;
    }
  });
}

const ENDINGS = `
  select signal_id::text as id, array_agg(event) as events from keelson.stream_events
   where team_id = any($1) and created_at >= $2 and channel = 'orders' and signal_id is not null
     and event in ${TERMINAL}
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
  return connected(async (database) => {
    const endings = await database.rows<{ id: string; events: string[] }>(ENDINGS, parameters);
    const fills = await database.rows<Fill>(FILLS, parameters);
    const unbalanced = await database.row<{ count: number }>(UNBALANCED);
    const dead = await database.row<{ count: number }>(
      'select count(*)::int as count from keelson.dead_letters where team_id = any($1) and failed_at >= $2',
      parameters,
    );
    return {
      endings: new Map(endings.map(({ id, events }) => [id, events])),
      fills,
      unbalanced: unbalanced.count,
      deadLetters: dead.count,
    };
  });
}

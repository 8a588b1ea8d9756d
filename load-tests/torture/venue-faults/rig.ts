import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { credentials } from '../../bench/harness/stack.ts';
import type { BenchTeam } from '../../bench/harness/teams.ts';

/** Orders of a team by our books, with what a judge compares with the venue's log. */
export interface OurOrder {
  readonly clientOrderId: string;
  readonly status: string;
  readonly expiresAt: Date;
}

export interface Circuit {
  readonly openedAt: Date;
  readonly openUntil: Date;
}

/** Postgres as an onlooker: reads what the platform holds, and changes nothing. */
export class Books {
  readonly #client = new pg.Client({
    connectionString: credentials().databaseAdminUrl,
    application_name: 'keelson-torture',
  });

  static async connect(): Promise<Books> {
    const books = new Books();
    await books.#client.connect();
    return books;
  }

  async orders({ teamId }: BenchTeam): Promise<OurOrder[]> {
    const { rows } = await this.#client.query<OurOrder>(
      `select client_order_id as "clientOrderId", status, expires_at as "expiresAt" from keelson.orders where team_id = $1`,
      [teamId],
    );
    return rows;
  }

  /** Signals without an end, and orders whose fate is open. */
  async open({ teamId }: BenchTeam): Promise<number> {
    const { rows } = await this.#client.query<{ open: number }>(
      `select (select count(*) from keelson.orders where team_id = $1 and completed_at is null)::int
              + (select count(*) from keelson.outbox where team_id = $1)::int as open`,
      [teamId],
    );
    return rows[0]!.open;
  }

  async circuit(): Promise<Circuit | undefined> {
    const { rows } = await this.#client.query<Circuit>(
      `select opened_at as "openedAt", open_until as "openUntil" from keelson.broker_circuits
        where broker = 'paper' and state = 'open'`,
    );
    return rows[0];
  }

  async end(): Promise<void> {
    await this.#client.end();
  }
}

/** Sends one alert as a charting service does; `sentAt` is the sender's clock. Returns whether it was accepted. */
export async function sendAlert(team: BenchTeam, id: string, sentAt: Date): Promise<boolean> {
  const alert = { ticker: 'CME_MINI:ES1!', action: 'buy', quantity: '1', price: '5000', order_id: 'torture' };
  const body = JSON.stringify({ key: team.webhook_key, id, time: sentAt.toISOString(), ...alert });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(team.webhook_url, { method: 'POST', body, headers });
  await answer.arrayBuffer();
  return answer.ok;
}

/** Sends so many alerts at a steady rate, whatever becomes of the ones before; how many were accepted. */
export async function sendMany(
  team: BenchTeam,
  { count, perSecond, prefix, ageMs = 0 }: { count: number; perSecond: number; prefix: string; ageMs?: number },
): Promise<number> {
  const started = performance.now();
  const sending: Promise<boolean>[] = [];
  for (let index = 0; index < count; index += 1) {
    const due = started + (index * 1_000) / perSecond;
    if (due > performance.now()) await sleep(due - performance.now());
    sending.push(sendAlert(team, `${prefix}-${index}`, new Date(Date.now() - ageMs)));
  }
  return (await Promise.all(sending)).filter(Boolean).length;
}

/** Milliseconds until something holds; throws when it does not in time. */
export async function timeUntil(holds: () => Promise<boolean>, withinMs: number, what: string): Promise<number> {
  const started = performance.now();
  while (!(await holds())) {
    if (performance.now() - started > withinMs) throw new Error(`${what}: not within ${withinMs} ms`);
    await sleep(10);
  }
  return performance.now() - started;
}

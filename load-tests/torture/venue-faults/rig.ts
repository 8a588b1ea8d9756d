import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchTeam } from '../../bench/harness/teams.ts';
import type { Database } from '../harness/database.ts';

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

/** Reads what the platform holds, and changes nothing. */
export class OrderBooks {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async orders({ teamId }: BenchTeam): Promise<OurOrder[]> {
    return this.#database.rows<OurOrder>(
      `select client_order_id as "clientOrderId", status, expires_at as "expiresAt" from keelson.orders where team_id = $1`,
      [teamId],
    );
  }

  /** Signals without an end, and orders whose fate is open. */
  async open({ teamId }: BenchTeam): Promise<number> {
    const { open } = await this.#database.row<{ open: number }>(
      `select (select count(*) from keelson.orders where team_id = $1 and completed_at is null)::int
              + (select count(*) from keelson.outbox where team_id = $1)::int as open`,
      [teamId],
    );
    return open;
  }

  async circuit(): Promise<Circuit | undefined> {
    const rows = await this.#database.rows<Circuit>(
      `select opened_at as "openedAt", open_until as "openUntil" from keelson.broker_circuits
        where broker = 'paper' and state = 'open'`,
    );
    return rows[0];
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

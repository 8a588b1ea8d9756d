import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchTeam } from '../../bench/harness/teams.ts';
import { openOf } from '../harness/books.ts';
import type { Database } from '../harness/database.ts';
import { Courier, type DeliveryLine, type PlainAlerts } from '../harness/deliver.ts';
import type { Journal } from '../harness/journal.ts';
import { until } from '../harness/scene.ts';

export interface Circuit {
  readonly openedAt: Date;
  readonly openUntil: Date;
}

/** Reads what the platform holds of some teams since a moment, and changes nothing. */
export class OrderBooks {
  readonly #database: Database;
  readonly #since: Date;

  constructor(database: Database, since: Date) {
    this.#database = database;
    this.#since = since;
  }

  /** Orders of a team by their status. */
  async statuses({ teamId }: BenchTeam): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#database.rows<{ status: string; count: number }>(
      'select status, count(*)::int from keelson.orders where team_id = $1 and created_at >= $2 group by status',
      [teamId, this.#since],
    );
    return new Map(rows.map(({ status, count }) => [status, count]));
  }

  /** Signals without an end, and orders whose fate is open. */
  open(team: BenchTeam): Promise<number> {
    return openOf(this.#database, [team]);
  }

  async circuit(): Promise<Circuit | undefined> {
    const rows = await this.#database.rows<Circuit>(
      `select opened_at as "openedAt", open_until as "openUntil" from keelson.broker_circuits
        where broker = 'paper' and state = 'open'`,
    );
    return rows[0];
  }
}

export interface Sending {
  readonly count: number;
  readonly perSecond: number;
  /** Makes the ids those of this run alone. */
  readonly alerts: PlainAlerts;
  /** How long ago each says that it was made. */
  readonly ageMs?: number;
  readonly journal: Journal<DeliveryLine>;
}

/** Sends so many alerts at a steady rate, whatever becomes of the ones before; what the sender's log says of them. */
export async function sendMany(
  team: BenchTeam,
  { count, perSecond, alerts, ageMs = 0, journal }: Sending,
): Promise<readonly DeliveryLine[]> {
  const courier = new Courier(journal);
  const started = performance.now();
  const sending: Promise<DeliveryLine>[] = [];
  for (let index = 0; index < count; index += 1) {
    const due = started + (index * 1_000) / perSecond;
    if (due > performance.now()) await sleep(due - performance.now());
    sending.push(courier.deliver(team, alerts.next(team, new Date(Date.now() - ageMs))));
  }
  const sent = await Promise.all(sending);
  await courier.end();
  return sent;
}

/** Milliseconds until something holds; throws when it does not in time. */
export async function timeUntil(holds: () => Promise<boolean>, withinMs: number, what: string): Promise<number> {
  const started = performance.now();
  await until(what, holds, { withinMs, everyMs: 25 });
  return performance.now() - started;
}

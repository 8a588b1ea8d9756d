import type { BenchTeam } from '../../bench/harness/teams.ts';
import type { Database } from '../harness/database.ts';
import { resume } from '../harness/scene.ts';

/** The strategy that the keys of these teams name. */
const STRATEGY = 'demo';

/**
 * Rows as the api writes them for webhooks, without the api: so nothing of its limits is in the way. They carry no
 * wake-up either; the sweep finds them.
 */
const INJECT = `
  with key as (select webhook_key_id from keelson.webhook_keys where team_id = $1 and account_id = $2 limit 1),
  fresh as (select gen_random_uuid() as signal_id, gen_random_uuid() as receipt_id, now() as at from generate_series(1, $3)),
  receipt as (
    insert into keelson.receipts (receipt_id, team_id, webhook_key_id, source, content_type, body, body_sha256, received_at)
    select receipt_id, $1, webhook_key_id, 'tradingview', 'application/json', '{}', '', at from fresh, key),
  signal as (
    insert into keelson.signals (signal_id, team_id, receipt_id, account_id, strategy, symbol, side, quantity, price,
                                 sender_id, received_at, expires_at)
    select signal_id, $1, receipt_id, $2, $4, 'ES', 'buy', 1, 5000, signal_id::text, at, at + interval '60 seconds' from fresh)
  insert into keelson.outbox (outbox_id, step, team_id, signal_id, type, key, payload)
  select gen_random_uuid(), 'decide', $1, signal_id, 'signal.received', signal_id::text,
         jsonb_build_object('signalId', signal_id, 'accountId', $2::uuid, 'strategy', $4::text, 'symbol', 'ES', 'side', 'buy',
                            'quantity', '1', 'price', '5000', 'receivedAt', at, 'expiresAt', at + interval '60 seconds')
    from fresh`;

export interface Halted {
  /** From the first injected signal to the block of the strategy, by Postgres' clock. */
  readonly afterMs: number;
  readonly reason: string;
}

/** Writes what a runaway strategy would, sets what it may, and reads what became of it. */
export class FloodBooks {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async inject({ teamId, accountId }: BenchTeam, count: number): Promise<void> {
    await this.#database.rows(INJECT, [teamId, accountId, count, STRATEGY]);
  }

  /** Orders a second and a minute that the account's strategies may place each; null: as many as they like. */
  async limitOrders({ accountId }: BenchTeam, perSecond: number | null, perMinute: number | null): Promise<void> {
    const set = `update keelson.risk_limits set value = $2, reason = 'torture:runaway'
                  where account_id = $1 and scope = 'account' and name = $3`;
    await this.#database.rows(set, [accountId, perSecond, 'max_orders_per_second']);
    await this.#database.rows(set, [accountId, perMinute, 'max_orders_per_minute']);
  }

  async limitKey({ teamId }: BenchTeam, perMinute: number | null): Promise<void> {
    const set = 'update keelson.webhook_keys set rate_limit_per_minute = $2, burst = $3 where team_id = $1';
    await this.#database.rows(set, [teamId, perMinute, perMinute === null ? null : 0]);
  }

  /** The halt of the strategy since a moment; undefined while there is none. */
  async halted({ teamId }: BenchTeam, since: Date): Promise<Halted | undefined> {
    const rows = await this.#database.rows<Halted>(
      `select extract(epoch from h.blocked_at - first.at)::float8 * 1000 as "afterMs", h.reason
         from keelson.halts h,
              (select min(received_at) as at from keelson.signals where team_id = $1 and received_at >= $3) first
        where h.scope = $2 and h.requested_at >= $3 and h.blocked_at is not null and h.origin = 'runaway'
        order by h.requested_at limit 1`,
      [teamId, `strategy:${teamId}:${STRATEGY}`, since],
    );
    return rows[0];
  }

  /** Messages of a team that wait. */
  async waiting({ teamId }: BenchTeam): Promise<number> {
    const { waiting } = await this.#database.row<{ waiting: number }>(
      'select count(*)::int as waiting from keelson.outbox where team_id = $1',
      [teamId],
    );
    return waiting;
  }
}

/** Lets a strategy trade again, over HTTP, as its owner would. */
export function resumeStrategy(team: BenchTeam): Promise<void> {
  return resume(team, `strategy:${team.teamId}:${STRATEGY}`);
}

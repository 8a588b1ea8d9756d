import { limits } from '@keelson/contracts';
import { type Id, newId } from '@keelson/kernel';
import { Database, migrate } from '@keelson/persistence';
import { PostgresServer, seedTeam } from '@keelson/testkit';
import { readFileSync } from 'node:fs';
import pg from 'pg';

const PASSWORD = 'app';

/** Limits that every check has to compute with, and that no load of ours reaches. */
const LIMITS: Readonly<Record<string, string>> = {
  max_notional: '1000000',
  max_position: '1000000000',
  max_open_positions: '1000',
  max_exposure: '1000000000000',
  max_concentration_percent: '100000000',
  max_trade_risk_percent: '100000000',
  min_buying_power: '0',
  max_daily_loss_percent: '3',
  max_consecutive_losses: '3',
  max_orders_per_second: '1000',
  max_orders_per_minute: '60000',
  max_price_age_seconds: '86400',
  price_collar_percent: '50',
  max_minutes_outside_session: '100000',
  min_days_to_expiry: '1',
  min_iv_rank: '0',
};

/** A signal that waits for its verdict. */
export interface WaitingSignal {
  readonly signalId: Id;
  readonly accountId: Id;
  readonly strategy: string;
}

/** A Postgres of its own whose commits are on disk, with accounts that have every limit, funds, and a quote to be judged by. */
export class RiskWorld {
  readonly db: Database;
  readonly teamId: Id;
  readonly accounts: readonly Id[];
  readonly #server: PostgresServer;
  readonly #admin: pg.Pool;

  private constructor(server: PostgresServer, admin: pg.Pool, db: Database, teamId: Id, accounts: readonly Id[]) {
    [this.#server, this.#admin, this.db, this.teamId, this.accounts] = [server, admin, db, teamId, accounts];
  }

  static async start(accountCount: number, connections: number): Promise<RiskWorld> {
    const server = await PostgresServer.start({ fsync: true });
    await migrate(server.adminUrl(), 'up', PASSWORD);
    const pool = new pg.Pool({ connectionString: server.adminUrl(), max: 1 });
    // The end of the server may reach a connection before the end of the pool does.
    pool.on('error', () => undefined);
    const admin = async <Row extends pg.QueryResultRow>(text: string, values?: unknown[]) =>
      (await pool.query<Row>(text, values)).rows;
    const { teamId } = await seedTeam({ admin });
    const accounts = await addAccounts(pool, teamId, accountCount);
    const appUrl = new URL(server.adminUrl());
    [appUrl.username, appUrl.password] = ['keelson_app', PASSWORD];
    const db = new Database({
      url: appUrl.href,
      poolSize: connections,
      applicationName: 'bench-risk',
      connectWithin: '5 minutes',
    });
    return new RiskWorld(server, pool, db, teamId, accounts);
  }

  /** Adds signals, spread over all accounts and that many strategies of each. */
  async receive(count: number, strategies: number): Promise<readonly WaitingSignal[]> {
    const signals = Array.from({ length: count }, (_, index) => ({
      signalId: newId(),
      accountId: this.accounts[index % this.accounts.length]!,
      strategy: `strategy-${Math.floor(index / this.accounts.length) % strategies}`,
    }));
    await this.#admin.query(
      `insert into keelson.signals (signal_id, team_id, origin, account_id, strategy, symbol, side, quantity, price, sender_id,
                                    received_at, expires_at)
       select signal_id, $1, 'operator', account_id, strategy, 'ES', 'buy', 1, 5000, signal_id::text, now(), now() + interval '1 hour'
         from unnest($2::uuid[], $3::uuid[], $4::text[]) as s (signal_id, account_id, strategy)`,
      [
        this.teamId,
        signals.map(({ signalId }) => signalId),
        signals.map(({ accountId }) => accountId),
        signals.map(({ strategy }) => strategy),
      ],
    );
    await this.#admin.query('analyze keelson.signals, keelson.verdicts, keelson.risk_limits, keelson.exposures');
    return signals;
  }

  /** Approvals, and what the exposures have reserved beyond the sum of them: must be nothing. */
  async audit(): Promise<{ approved: number; denied: number; reservedBeyond: string; conditions: string }> {
    const { rows } = await this.#admin.query<{ approved: number; denied: number; beyond: string; conditions: string }>(
      `select (select count(*)::int from keelson.verdicts where approved) as approved,
              (select count(*)::int from keelson.verdicts where not approved) as denied,
              ((select coalesce(sum(reserved), 0) from keelson.exposures)
               - (select count(*) * 250000 from keelson.verdicts where approved))::float8::text as beyond,
              concat_ws(', ', 'fsync ' || current_setting('fsync'),
                        'synchronous_commit ' || current_setting('synchronous_commit')) as conditions`,
    );
    const { approved, denied, beyond, conditions } = rows[0]!;
    return { approved, denied, reservedBeyond: beyond, conditions };
  }

  /** CPU milliseconds of the server's sessions and helpers so far, as Linux counts them: in hundredths of a second. */
  async cpuMilliseconds(): Promise<number> {
    const { rows } = await this.#admin.query<{ pid: number }>('select pid from pg_stat_activity');
    return rows.reduce((sum, { pid }) => sum + cpuOf(pid), 0);
  }

  async close(): Promise<void> {
    await Promise.all([this.db.close(), this.#admin.end()]);
    await this.#server.remove();
  }
}

const MS_PER_TICK = 10;

/** User and system time of one process; a helper that has ended counts nothing. */
function cpuOf(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return 0;
    throw error;
  }
}

async function addAccounts(pool: pg.Pool, teamId: Id, count: number): Promise<readonly Id[]> {
  const accounts = Array.from({ length: count }, () => newId());
  await pool.query(
    `insert into keelson.accounts (account_id, team_id, name, broker, mode, currency, may_sell_short)
     select account_id, $1, 'Bench', 'paper', 'paper', 'USD', true from unnest($2::uuid[]) as a (account_id)`,
    [teamId, accounts],
  );
  const names = limits.map(({ name }) => name);
  await pool.query(
    `insert into keelson.risk_limits (account_id, team_id, name, value, reason, actor)
     select account_id, $1, name, value, 'a benchmark', 'bench'
       from unnest($2::uuid[]) as a (account_id), unnest($3::text[], $4::numeric[]) as l (name, value)`,
    [teamId, accounts, names, names.map((name) => LIMITS[name] ?? null)],
  );
  await pool.query(
    `insert into keelson.account_funds (account_id, team_id, currency, equity, buying_power, source)
     select account_id, $1, 'USD', 1000000, 1000000000000, 'bench' from unnest($2::uuid[]) as a (account_id)`,
    [teamId, accounts],
  );
  await pool.query(
    `insert into keelson.quotes (symbol, bid, ask, last, source, at) values ('ES', 4999.75, 5000.25, 5000, 'bench', now())`,
  );
  return accounts;
}

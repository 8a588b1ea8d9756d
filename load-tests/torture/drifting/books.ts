import pg from 'pg';
import { credentials } from '../../bench/harness/stack.ts';

export interface Drift {
  readonly accountId: string;
  readonly kind: string;
  readonly subject: string;
  readonly state: string;
  readonly foundAt: Date;
}

/** Postgres as an onlooker: what reconciliation has on record. It changes nothing but when accounts are due. */
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

  async drifts(accounts: readonly string[]): Promise<Drift[]> {
    const { rows } = await this.#client.query<Drift>(
      `select account_id as "accountId", kind, subject, state, found_at as "foundAt"
         from keelson.reconciliation_drifts where account_id = any($1)`,
      [accounts],
    );
    return rows;
  }

  /** Comparisons of these accounts that came to an end so far. */
  async checks(accounts: readonly string[]): Promise<number> {
    const { rows } = await this.#client.query<{ checks: number }>(
      'select coalesce(sum(checks), 0)::int as checks from keelson.reconciliations where account_id = any($1)',
      [accounts],
    );
    return rows[0]!.checks;
  }

  /** Makes accounts due at once, so that many comparisons happen in little time. */
  async hasten(accounts: readonly string[]): Promise<void> {
    await this.#client.query('update keelson.reconciliations set due_at = now() where account_id = any($1)', [
      accounts,
    ]);
  }

  /** The client order id of an order of a strategy's alert, once the venue has taken it. */
  async accepted(accountId: string, limitPrice: string): Promise<string | undefined> {
    const { rows } = await this.#client.query<{ id: string }>(
      `select client_order_id as id from keelson.orders
        where account_id = $1 and terms ->> 'limitPrice' = $2 and status = 'accepted'`,
      [accountId, limitPrice],
    );
    return rows[0]?.id;
  }

  async status(clientOrderId: string): Promise<string | undefined> {
    const { rows } = await this.#client.query<{ status: string }>(
      'select status from keelson.orders where client_order_id = $1',
      [clientOrderId],
    );
    return rows[0]?.status;
  }

  /** Executions that are booked, the newest first. */
  async executions(accountId: string): Promise<string[]> {
    const { rows } = await this.#client.query<{ id: string }>(
      `select f.execution_id as id from keelson.fills f join keelson.orders o using (order_id)
        where o.account_id = $1 and o.role = 'entry' and o.type = 'market' order by f.executed_at desc limit 600`,
      [accountId],
    );
    return rows.map(({ id }) => id);
  }

  async end(): Promise<void> {
    await this.#client.end();
  }
}

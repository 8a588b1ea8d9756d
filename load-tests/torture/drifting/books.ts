import type { Database } from '../harness/database.ts';

export interface Drift {
  readonly accountId: string;
  readonly kind: string;
  readonly subject: string;
  readonly state: string;
  readonly foundAt: Date;
}

/** What reconciliation has on record. It changes nothing but when accounts are due. */
export class ReconciliationBooks {
  readonly #database: Database;
  readonly #since: Date;

  /** @param since what was found and ordered before is of another run */
  constructor(database: Database, since: Date) {
    this.#database = database;
    this.#since = since;
  }

  async drifts(accounts: readonly string[]): Promise<Drift[]> {
    return this.#database.rows<Drift>(
      `select account_id as "accountId", kind, subject, state, found_at as "foundAt"
         from keelson.reconciliation_drifts where account_id = any($1) and found_at >= $2`,
      [accounts, this.#since],
    );
  }

  /** Comparisons of these accounts that came to an end so far. */
  async checks(accounts: readonly string[]): Promise<number> {
    const { checks } = await this.#database.row<{ checks: number }>(
      'select coalesce(sum(checks), 0)::int as checks from keelson.reconciliations where account_id = any($1)',
      [accounts],
    );
    return checks;
  }

  /** Makes accounts due at once, so that many comparisons happen in little time. */
  async hasten(accounts: readonly string[]): Promise<void> {
    await this.#database.rows('update keelson.reconciliations set due_at = now() where account_id = any($1)', [
      accounts,
    ]);
  }

  /** The client order id of an order of a strategy's alert, once the venue has taken it. */
  async accepted(accountId: string, limitPrice: string): Promise<string | undefined> {
    const rows = await this.#database.rows<{ id: string }>(
      `select client_order_id as id from keelson.orders
        where account_id = $1 and terms ->> 'limitPrice' = $2 and status = 'accepted' and created_at >= $3`,
      [accountId, limitPrice, this.#since],
    );
    return rows[0]?.id;
  }

  async status(clientOrderId: string): Promise<string | undefined> {
    const rows = await this.#database.rows<{ status: string }>(
      'select status from keelson.orders where client_order_id = $1',
      [clientOrderId],
    );
    return rows[0]?.status;
  }

  /** Executions that are booked, the newest first. */
  async executions(accountId: string): Promise<string[]> {
    const rows = await this.#database.rows<{ id: string }>(
      `select f.execution_id as id from keelson.fills f join keelson.orders o using (order_id)
        where o.account_id = $1 and o.role = 'entry' and o.type = 'market' and o.created_at >= $2
        order by f.executed_at desc limit 600`,
      [accountId, this.#since],
    );
    return rows.map(({ id }) => id);
  }
}

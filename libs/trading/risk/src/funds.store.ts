import type { Id } from '@keelson/kernel';
import { sql, type Tx } from '@keelson/persistence';

const RECORD = sql(
  'risk.record_funds',
  `insert into account_funds as f (account_id, team_id, currency, equity, buying_power, source)
   values ($1, $2, $3, $4, $5, $6)
   on conflict (account_id) do update
      set currency = excluded.currency, equity = excluded.equity, buying_power = excluded.buying_power,
          source = excluded.source, at = clock_timestamp()`,
);

/** What an account is worth; amounts as decimal text in `currency`. */
export interface Funds {
  readonly accountId: Id;
  readonly currency: string;
  readonly equity: string;
  readonly buyingPower: string;
  /** Who said so: the ledger, or a broker's name. */
  readonly source: string;
}

/** Keeps what limits in percent, and the buying power, are measured by. Older than a day it counts as unknown, and denies. */
export function recordFunds(tx: Tx, { accountId, currency, equity, buyingPower, source }: Funds): void {
  tx.execute(RECORD, [accountId, tx.teamId, currency, equity, buyingPower, source]);
}

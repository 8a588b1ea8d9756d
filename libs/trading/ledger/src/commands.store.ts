import type { Id } from '@keelson/kernel';
import { sql, type Tx } from '@keelson/persistence';

const IS_POSTED = sql('ledger.is_posted', 'select from entries where entry_id = $1');

/** True when an entry of that id is in the books. */
export async function isPosted(tx: Tx, entryId: Id): Promise<boolean> {
  return (await tx.query(IS_POSTED, [entryId])).length > 0;
}

const CONTRACT = sql(
  'ledger.contract',
  `select kind, currency, multiplier::text as multiplier, strike::text as strike, option_right as "right", underlying,
          (select u.multiplier::text from instruments u where u.symbol = i.underlying) as "underlyingMultiplier"
     from instruments i where symbol = $1`,
);

/** What an instrument is, as far as its end is concerned; decimal text. */
export interface Contract {
  readonly kind: string;
  readonly currency: string;
  readonly multiplier: string;
  readonly strike: string | null;
  readonly right: 'call' | 'put' | null;
  readonly underlying: string | null;
  readonly underlyingMultiplier: string | null;
}

export async function readContract(tx: Tx, symbol: string): Promise<Contract | undefined> {
  const [row] = await tx.query<Contract & Record<string, unknown>>(CONTRACT, [symbol]);
  return row;
}

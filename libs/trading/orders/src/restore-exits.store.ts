import type { Side } from '@keelson/contracts';
import { Decimal, type Id } from '@keelson/kernel';
import { sql, type Tx } from '@keelson/persistence';

const ROOM = sql(
  'orders.room_for_exits',
  `select coalesce((select case $4 when 'sell' then p.quantity else -p.quantity end
                      from positions p where p.account_id = $2 and p.symbol = $3), 0) as position,
          (select coalesce(sum(covered.open), 0)
             from (select max(o.quantity - o.filled_quantity - o.busted_quantity) as open from orders o
                    where o.account_id = $2 and o.symbol = $3 and o.side = $4 and o.completed_at is null and o.reduce_only
                      and o.signal_id <> $5
                    group by o.signal_id) covered) as covered,
          exists (select from orders o where o.account_id = $2 and o.symbol = $3 and o.completed_at is null
                     and o.role = 'flatten')
            or exists (select from outbox w join signals s on s.signal_id = w.signal_id
                        where w.team_id = $1 and w.step = 'book' and s.account_id = $2) as moving`,
);

/** What exits of one signal would leave, in units of the instrument. */
export interface Room {
  /** What the account holds on the side that they close; negative when it holds the other one. */
  readonly position: Decimal;
  /** Of that, what other signals' exits, and protective orders entered by hand, leave already. */
  readonly covered: Decimal;
  /** True while the position is being closed, or a fill is not booked yet. */
  readonly moving: boolean;
}

/** Reads what there is for exits of a signal to leave: its position, and what others have on it. */
export async function roomForExits(
  tx: Tx,
  of: { readonly accountId: Id; readonly symbol: string; readonly side: Side; readonly signalId: Id },
): Promise<Room> {
  const values = [tx.teamId, of.accountId, of.symbol, of.side, of.signalId];
  const [row] = await tx.query<{ position: string; covered: string; moving: boolean }>(ROOM, values);
  const { position, covered, moving } = row!;
  return { position: new Decimal(position), covered: new Decimal(covered), moving };
}

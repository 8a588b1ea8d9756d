import { terminalEvents } from '@keelson/contracts';
import type { PaperVenue } from '@keelson/brokers/testing';
import type { TestDatabase } from '@keelson/testkit';

/** Whether what the tables say of a team adds up. Every list and difference is empty or zero when it does. */
export interface Audit {
  readonly signals: number;
  /** How many signals ended how: { 'order.filled': 20 }. */
  readonly ended: Readonly<Record<string, number>>;
  readonly signalsWithoutEnd: number;
  readonly signalsWithSeveralEnds: number;
  /** Orders that the venue wrote down, by its own log. */
  readonly ordersAtVenue: number;
  /** Of those: several for one client order id, or unknown to us. */
  readonly doubledOrStrangeAtVenue: number;
  /** Orders of which the venue filled another quantity than we have. */
  readonly filledOtherwiseAtVenue: number;
  readonly fillsWithoutEntry: number;
  readonly unbalancedEntries: number;
  readonly reserved: number;
  /** Exposure held, less the cost of positions. */
  readonly heldBeyondCost: number;
  /** Positions whose quantity is not the signed sum of the fills. */
  readonly wrongPositions: number;
  /** Channels whose offsets have holes or do not end at the counter. */
  readonly channelsWithHoles: number;
  readonly waitingInOutbox: number;
}

const QUESTION = `
  with ends as (
    select signal_id, count(*) as count, min(event) as event from keelson.stream_events
     where team_id = $1 and channel = 'orders' and event = any($2) group by signal_id)
  select
    (select count(*)::int from keelson.signals where team_id = $1) as signals,
    (select coalesce(jsonb_object_agg(event, count), '{}') from (select event, count(*) from ends group by event) e) as ended,
    (select count(*)::int from keelson.signals s where team_id = $1
      and not exists (select from ends e where e.signal_id = s.signal_id)) as "signalsWithoutEnd",
    (select count(*)::int from ends where count > 1) as "signalsWithSeveralEnds",
    (select count(*)::int from keelson.fills f where team_id = $1
      and not exists (select from keelson.entries e where e.fill_id = f.fill_id)) as "fillsWithoutEntry",
    (select count(*)::int from (select from keelson.postings where team_id = $1
      group by entry_id, currency having sum(amount) <> 0) unbalanced) as "unbalancedEntries",
    (select (sum(e.reserved) + (select coalesce(sum(reserved), 0) from keelson.orders where team_id = $1))::float8
       from keelson.exposures e where team_id = $1) as reserved,
    (select (sum(e.held) - (select coalesce(sum(cost - relieved), 0) from keelson.positions where team_id = $1))::float8
       from keelson.exposures e where team_id = $1) as "heldBeyondCost",
    (select count(*)::int from keelson.positions p where team_id = $1 and quantity <> (
       select sum(case o.side when 'buy' then f.quantity else -f.quantity end)
         from keelson.fills f join keelson.orders o using (order_id)
        where o.account_id = p.account_id and o.symbol = p.symbol
          and not exists (select from keelson.fill_busts b where b.fill_id = f.fill_id))) as "wrongPositions",
    (select count(*)::int from (
       select channel from keelson.stream_events where team_id = $1 group by channel
       having count(*) <> max(stream_offset) or min(stream_offset) <> 1 or max(stream_offset) <> (
         select case channel when 'orders' then orders when 'trades' then trades when 'ledger' then ledger else system end
           from keelson.stream_offsets where team_id = $1)) holes) as "channelsWithHoles",
    (select count(*)::int from keelson.outbox where team_id = $1) as "waitingInOutbox"`;

/** Looks at everything that a team's signals left behind, here and at the venue. */
export async function audit(database: TestDatabase, venue: PaperVenue, teamId: string): Promise<Audit> {
  const [row] = await database.admin<Omit<Audit, keyof VenueAudit>>(QUESTION, [teamId, terminalEvents]);
  const ours = await database.admin<{ id: string; filled: string }>(
    'select client_order_id as id, filled_quantity::float8::text as filled from keelson.orders where team_id = $1',
    [teamId],
  );
  return { ...row!, ...auditVenue(await venue.log(), new Map(ours.map(({ id, filled }) => [id, filled]))) };
}

type VenueAudit = Pick<Audit, 'ordersAtVenue' | 'doubledOrStrangeAtVenue' | 'filledOtherwiseAtVenue'>;

function auditVenue(log: Awaited<ReturnType<PaperVenue['log']>>, ours: ReadonlyMap<string, string>): VenueAudit {
  const orders = log.filter(({ kind }) => kind === 'order').map((line) => String(line['client_order_id']));
  const filled = new Map<string, string>();
  for (const line of log) {
    if (line.kind === 'event' && line['type'] === 'filled') {
      filled.set(String(line['client_order_id']), String(line['cumulative_quantity']));
    }
  }
  return {
    ordersAtVenue: orders.length,
    doubledOrStrangeAtVenue: orders.length - new Set(orders.filter((id) => ours.has(id))).size,
    filledOtherwiseAtVenue: [...ours].filter(([id, quantity]) => Number(filled.get(id) ?? 0) !== Number(quantity))
      .length,
  };
}

/** An audit without a fault, in which all signals were filled unless it is said otherwise. */
export function flawless(
  signals: number,
  ended: Record<string, number> = { 'order.filled': signals },
  atVenue = signals,
) {
  return {
    signals,
    ended,
    signalsWithoutEnd: 0,
    signalsWithSeveralEnds: 0,
    ordersAtVenue: atVenue,
    doubledOrStrangeAtVenue: 0,
    filledOtherwiseAtVenue: 0,
    fillsWithoutEntry: 0,
    unbalancedEntries: 0,
    reserved: 0,
    heldBeyondCost: 0,
    wrongPositions: 0,
    channelsWithHoles: 0,
    waitingInOutbox: 0,
  } satisfies Audit;
}

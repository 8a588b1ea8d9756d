import type { Channel, EventFrame, StreamEventName } from '@keelson/contracts';
import type { Id } from '@keelson/kernel';
import { sql, sqlOfRows, type Tx } from '@keelson/persistence';

/** An event that has no offset yet. */
export interface NewEvent {
  readonly channel: Channel;
  readonly event: StreamEventName;
  readonly signalId: Id | undefined;
  readonly data: EventFrame['data'];
}

const HISTORY = sqlOfRows(
  'publish.history',
  { signal_id: 'uuid' },
  (rows) => `select n.at, s.received_at, v.decided_at, o.submitted_at
     from ${rows}
     join signals s on s.signal_id = n.signal_id
     left join verdicts v on v.signal_id = n.signal_id
     left join lateral (
       select o.submitted_at from orders o where o.signal_id = n.signal_id order by o.created_at, o.leg limit 1) o on true`,
);

/** When a signal passed the steps that are committed already. */
export interface History {
  readonly receivedAt: Date | undefined;
  readonly decidedAt: Date | undefined;
  readonly submittedAt: Date | undefined;
}

const RECEIPT = sqlOfRows(
  'publish.receipt',
  { signal_id: 'uuid' },
  (rows) => `select n.at, s.received_at from ${rows} join signals s on s.signal_id = n.signal_id`,
);

/** Of a signal of which nothing else is committed yet. */
export async function receiptOf(tx: Tx, signalId: Id): Promise<History> {
  const [row] = await tx.queryRow<{ received_at: Date }>(RECEIPT, { signal_id: signalId });
  return { receivedAt: row?.received_at, decidedAt: undefined, submittedAt: undefined };
}

export async function historyOf(tx: Tx, signalId: Id): Promise<History> {
  const [row] = await tx.queryRow<{ received_at: Date; decided_at: Date | null; submitted_at: Date | null }>(HISTORY, {
    signal_id: signalId,
  });
  return {
    receivedAt: row?.received_at,
    decidedAt: row?.decided_at ?? undefined,
    submittedAt: row?.submitted_at ?? undefined,
  };
}

const APPEND = sql(
  'publish.append',
  `with last as (
     insert into stream_offsets as o (team_id, orders, trades, ledger, system) values ($1, $2, $3, $4, $5)
     on conflict (team_id) do update
        set orders = o.orders + excluded.orders, trades = o.trades + excluded.trades,
            ledger = o.ledger + excluded.ledger, system = o.system + excluded.system
     returning orders, trades, ledger, system),
   added as (
     insert into stream_events (team_id, channel, stream_offset, event, signal_id, data)
     select $1, n.channel,
            n.place + case n.channel when 'orders' then last.orders - $2::bigint when 'trades' then last.trades - $3::bigint
                                     when 'ledger' then last.ledger - $4::bigint else last.system - $5::bigint end,
            n.event, n.signal_id, n.data
       from last, unnest($6::text[], $7::int[], $8::text[], $9::uuid[], $10::jsonb[])
                  as n (channel, place, event, signal_id, data))
   select last.orders - $2::bigint as orders, last.trades - $3::bigint as trades, last.ledger - $4::bigint as ledger,
          last.system - $5::bigint as system, (select epoch from stream_epochs) as epoch
     from last`,
);

type Offsets = Readonly<Record<Channel, string>>;

/**
 * Gives events the next offsets of their channels and appends them to the log. Takes the team's row of offsets until
 * the commit, so offsets have no holes and become visible in order; it must therefore come last in the transaction.
 */
export async function appendEvents(tx: Tx, events: readonly NewEvent[]): Promise<EventFrame[]> {
  const counts = { orders: 0, trades: 0, ledger: 0, system: 0 };
  const places = events.map(({ channel }) => (counts[channel] += 1));
  const [row] = await tx.query<Offsets & { epoch: string }>(APPEND, [
    ...[tx.teamId, counts.orders, counts.trades, counts.ledger, counts.system],
    events.map(({ channel }) => channel),
    places,
    events.map(({ event }) => event),
    events.map(({ signalId }) => signalId ?? null),
    events.map(({ data }) => JSON.stringify(data)),
  ]);
  return events.map(({ channel, event, data }, index) => ({
    type: 'event',
    channel,
    offset: Number(row![channel]) + places[index]!,
    epoch: row!.epoch,
    event,
    data,
  }));
}

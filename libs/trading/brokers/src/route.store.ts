import type { OrderStatus, TradingState } from '@keelson/contracts';
import type { Id } from '@keelson/kernel';
import { sql, type Tx } from '@keelson/persistence';

const CLAIM_STATE = sql(
  'route.claim_state',
  `with states as (
     select t.scope, t.state, t.halt_generation from trading_states t
      where t.scope in ('platform', 'team:' || (select team_id from signals where signal_id = $1),
                        'account:' || (select account_id from signals where signal_id = $1)))
   select clock_timestamp() as now,
          case when not exists (select from states where scope = 'platform') then 'HALTED'
               when exists (select from states where state = 'HALTED') then 'HALTED'
               when exists (select from states where state = 'REDUCING') then 'REDUCING'
               else 'ACTIVE' end as state,
          (select coalesce(sum(halt_generation), 0)::text from states) as generation,
          (select v.halt_generation::text from verdicts v where v.signal_id = $1) as decided_generation,
          o.status, o.attempt, o.deadline
     from (select 1) as always left join orders o on o.signal_id = $1`,
);

/** What a claim is decided by. Absent order fields: the order is being placed in this very transaction. */
export interface ClaimState {
  /** Postgres' clock. */
  readonly now: Date;
  readonly state: TradingState;
  readonly generation: string;
  /** The generation under which the signal was approved; absent when that happens in this transaction. */
  readonly decidedGeneration: string | undefined;
  readonly status: OrderStatus | undefined;
  readonly attempt: number;
  readonly deadline: Date | undefined;
}

interface ClaimStateRow {
  readonly now: Date;
  readonly state: TradingState;
  readonly generation: string;
  readonly decided_generation: string | null;
  readonly status: OrderStatus | null;
  readonly attempt: number | null;
  readonly deadline: Date | null;
}

/** Reads what binds a claim; to be read under the shared lock on the trading state. */
export async function claimState(tx: Tx, signalId: Id): Promise<ClaimState> {
  const [row] = await tx.query<ClaimStateRow>(CLAIM_STATE, [signalId]);
  return {
    now: row!.now,
    state: row!.state,
    generation: row!.generation,
    decidedGeneration: row!.decided_generation ?? undefined,
    status: row!.status ?? undefined,
    attempt: row!.attempt ?? 0,
    deadline: row!.deadline ?? undefined,
  };
}

const MARK_CLAIMED = sql(
  'route.mark_claimed',
  `update orders
      set status = 'submitted', attempt = attempt + 1,
          halt_generation = (select sum(t.halt_generation) from trading_states t
                              where t.scope in ('platform', 'team:' || team_id, 'account:' || account_id)),
          deadline = clock_timestamp() + $2 * interval '1 millisecond',
          submitted_at = coalesce(submitted_at, clock_timestamp())
    where order_id = $1`,
);

/** Commits, before anything is sent, that an attempt is under way and until when it may reach the venue. */
export function markClaimed(tx: Tx, orderId: Id, withinMs: number): void {
  tx.execute(MARK_CLAIMED, [orderId, withinMs]);
}

const UNRECORDED = sql(
  'listen.unrecorded',
  'select venue_event_id, team_id, signal_id, in_hand from unrecorded_events($1, $2::text[], $3::text[])',
);

/** Whose order an event on a venue's stream belongs to. */
export interface UnrecordedEvent {
  readonly venueEventId: string;
  readonly teamId: Id;
  readonly signalId: Id;
  /** True while a process holds the claim of that order: the answer that it waits for brings the same event. */
  readonly inHand: boolean;
}

/** Of events on a venue's stream: those of our orders that no step has recorded yet. */
export async function unrecordedEvents(
  tx: Tx,
  broker: string,
  events: readonly { readonly clientOrderId: string; readonly venueEventId: string }[],
): Promise<UnrecordedEvent[]> {
  const rows = await tx.query<{ venue_event_id: string; team_id: Id; signal_id: Id; in_hand: boolean }>(UNRECORDED, [
    broker,
    events.map((event) => event.clientOrderId),
    events.map((event) => event.venueEventId),
  ]);
  return rows.map((row) => ({
    venueEventId: row.venue_event_id,
    teamId: row.team_id,
    signalId: row.signal_id,
    inHand: row.in_hand,
  }));
}

import type { OrderRole, OrderStatus, TradingState } from '@keelson/contracts';
import type { Id } from '@keelson/kernel';
import { sql, sqlOfRows, type Tx } from '@keelson/persistence';

const CLAIM_STATE = sql(
  'route.claim_state',
  `with states as (
     select t.scope, t.state, t.halt_generation
       from signals s
       join trading_states t
         on t.scope = any(trading_scopes(s.team_id, s.account_id, s.strategy, s.symbol, s.legs))
      where s.signal_id = $1)
   select clock_timestamp() as now,
          case when not exists (select from states where scope = 'platform') then 'HALTED'
               when exists (select from states where state = 'HALTED') then 'HALTED'
               when exists (select from states where state = 'REDUCING') then 'REDUCING'
               else 'ACTIVE' end as state,
          (select coalesce(sum(halt_generation), 0)::text from states) as generation,
          (select v.halt_generation::text from verdicts v where v.signal_id = $1) as decided_generation,
          (select case when s.origin = 'halt' then halt_permits(s.signal_id) end from signals s where s.signal_id = $1)
            as halt_permits,
          exists (select from states where scope = 'platform') and not exists (
            select from states b join halts h on h.scope = b.scope
             where b.state = 'HALTED' and (h.cancel_all or h.flatten)
               and (h.phase <> 'done' or h.halt_generation = b.halt_generation)) as keeps_protection,
          o.order_id, o.status, o.attempt, o.deadline, o.cancel_requested_at is not null as cancel_requested,
          o.account_id, o.symbol, o.side, o.role, o.reduce_only, o.reference_price::text as reference_price
     from (select 1) as always left join orders o on o.signal_id = $1`,
);

/** How an order of the signal stands. */
export interface OrderClaim {
  readonly status: OrderStatus;
  readonly attempt: number;
  readonly deadline: Date | undefined;
  readonly cancelRequested: boolean;
  readonly accountId: Id;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly role: OrderRole;
  readonly reduceOnly: boolean;
  readonly referencePrice: string;
}

/** What a claim is decided by. */
export interface ClaimState {
  /** Postgres' clock. */
  readonly now: Date;
  readonly state: TradingState;
  readonly generation: string;
  /** The generation under which the signal was approved; absent when nobody had to approve it. */
  readonly decidedGeneration: string | undefined;
  /** Of an order by which a halt flattens: whether that halt is flattening now. Absent for every other order. */
  readonly haltPermits?: boolean;
  /** False while a halt is in force that takes protective orders too, and while nobody knows. */
  readonly keepsProtection: boolean;
  /** The signal's orders by id; those that are placed in this very transaction are not among them. */
  readonly orders: ReadonlyMap<Id, OrderClaim>;
}

interface ClaimStateRow {
  readonly now: Date;
  readonly state: TradingState;
  readonly generation: string;
  readonly decided_generation: string | null;
  readonly halt_permits: boolean | null;
  readonly keeps_protection: boolean;
  readonly order_id: Id | null;
  readonly status: OrderStatus;
  readonly attempt: number;
  readonly deadline: Date | null;
  readonly cancel_requested: boolean;
  readonly account_id: Id;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly role: OrderRole;
  readonly reduce_only: boolean;
  readonly reference_price: string;
}

/** Reads what binds a claim; to be read under the shared lock on the trading state. */
export async function claimState(tx: Tx, signalId: Id): Promise<ClaimState> {
  const rows = await tx.query<ClaimStateRow>(CLAIM_STATE, [signalId]);
  const [first] = rows;
  return {
    now: first!.now,
    state: first!.state,
    generation: first!.generation,
    decidedGeneration: first!.decided_generation ?? undefined,
    keepsProtection: first!.keeps_protection,
    ...(first!.halt_permits !== null && { haltPermits: first!.halt_permits }),
    orders: new Map(rows.flatMap((row): [Id, OrderClaim][] => (row.order_id ? [[row.order_id, claimOf(row)]] : []))),
  };
}

function claimOf(row: ClaimStateRow): OrderClaim {
  return {
    status: row.status,
    attempt: row.attempt,
    deadline: row.deadline ?? undefined,
    cancelRequested: row.cancel_requested,
    accountId: row.account_id,
    symbol: row.symbol,
    side: row.side,
    role: row.role,
    reduceOnly: row.reduce_only,
    referencePrice: row.reference_price,
  };
}

/**
 * The gate and the claim are one statement, so that no claim can pass a circuit that opened before it, nor two of them
 * probe it. Only what the gate lets through is marked. Orders by which a halt flattens pass in any case: its driver asks
 * for each by hand, and a position must not be kept for a venue's bad minutes.
 */
const MARK_CLAIMED = sqlOfRows(
  'route.mark_claimed',
  { order_id: 'uuid', within_ms: 'float8', mode: 'text' },
  (rows) => `with asked as materialized (
     select n.at, n.within_ms, n.mode <> a.mode as wrong_mode, o.order_id, o.broker, s.origin,
            s.origin = 'halt' or coalesce((select r.exempt or r.vouched_until > now()
               from reconciliations r where r.account_id = o.account_id), false) as vouched,
            c.state as circuit, c.open_until, coalesce(cardinality(c.failures), 0) > 0 as doubted,
            (select coalesce(sum(t.halt_generation), 0) from trading_states t
              where t.scope = any(trading_scopes(s.team_id, s.account_id, s.strategy, s.symbol, s.legs))) as halt_generation
       from ${rows}
       join orders o on o.order_id = n.order_id
       join accounts a on a.account_id = o.account_id
       join signals s on s.signal_id = o.signal_id
       left join broker_circuits c on c.broker = o.broker),
   -- One of those that ask at once probes: an update touches the circuit's row once, and says for whom.
   probe as (
     update broker_circuits c
        set probe_until = clock_timestamp() + 2 * asked.within_ms * interval '1 millisecond'
       from asked
      where c.broker = asked.broker and asked.circuit = 'open' and asked.origin <> 'halt' and not asked.wrong_mode
        and asked.vouched
        and c.open_until <= clock_timestamp() and (c.probe_until is null or c.probe_until <= clock_timestamp())
     returning asked.order_id),
   gate as (
     select at, case when wrong_mode then 'mode'
                     when not vouched then 'books'
                     when circuit is distinct from 'open' or origin = 'halt' or order_id in (select order_id from probe)
                       then 'passed'
                     else 'circuit' end as gate,
            greatest(0, extract(epoch from open_until - clock_timestamp()) * 1000)::float8 as open_for_ms, doubted, order_id,
            within_ms, halt_generation
       from asked),
   claimed as (
     update orders o
        set status = 'submitted', attempt = o.attempt + 1, halt_generation = gate.halt_generation,
            deadline = least(clock_timestamp() + gate.within_ms * interval '1 millisecond', o.expires_at),
            submitted_at = coalesce(o.submitted_at, clock_timestamp())
       from gate
      where o.order_id = gate.order_id and gate.gate = 'passed')
   select at, gate, open_for_ms, doubted from gate`,
);

/**
 * What the gate said of a claim: `mode`: the account is not for this kind of venue; `books`: reconciliation does not vouch
 * for the account (no row, an old one, or a difference); `circuit`: the venue's circuit is open.
 */
export interface Gate {
  readonly gate: 'passed' | 'mode' | 'books' | 'circuit';
  /** Milliseconds until an open circuit lets a probe through. */
  readonly openForMs: number;
  /** Failures are outstanding: a success is worth telling. */
  readonly doubted: boolean;
}

/** Commits, before anything is sent, that an attempt is under way and until when it may reach the venue. */
export async function markClaimed(
  tx: Tx,
  orderId: Id,
  { withinMs, mode }: { readonly withinMs: number; readonly mode: 'paper' | 'live' },
): Promise<Gate> {
  const [row] = await tx.queryRow<{ gate: Gate['gate']; open_for_ms: number | null; doubted: boolean }>(MARK_CLAIMED, {
    order_id: orderId,
    within_ms: withinMs,
    mode,
  });
  return { gate: row!.gate, openForMs: row!.open_for_ms ?? 0, doubted: row!.doubted };
}

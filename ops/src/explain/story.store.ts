import type { Id } from '@keelson/kernel';
import { type Database, sql, type Statement, type Tx } from '@keelson/persistence';

/** Rows of a signal's way, as they stand in Postgres. Numerics are text, times are Dates. */
export interface SignalRow {
  readonly signal_id: Id;
  readonly account_id: Id;
  readonly strategy: string;
  readonly symbol: string;
  readonly side: string;
  readonly quantity: string;
  readonly price: string;
  readonly order_reference: string | null;
  readonly sent_at: Date | null;
  readonly received_at: Date;
  readonly expires_at: Date;
  readonly origin: string;
  /** Of the receipt; absent where no webhook asked. */
  readonly source: string | null;
  readonly content_type: string | null;
  readonly body: string | null;
}
export interface VerdictRow {
  readonly approved: boolean;
  readonly code: string | null;
  readonly checks: readonly { check: string; denied?: string; numbers: Record<string, string> }[];
  readonly halt_generation: string;
  readonly decided_at: Date;
}
export interface OrderRow {
  readonly order_id: Id;
  readonly broker: string;
  readonly client_order_id: string;
  readonly venue_order_id: string | null;
  readonly leg: number;
  readonly revision: number;
  readonly role: string;
  readonly symbol: string;
  readonly side: string;
  readonly terms: Record<string, string>;
  readonly replaces: Id | null;
  readonly attempt_id: Id | null;
  readonly cancel_requested_at: Date | null;
  readonly cancel_reason: string | null;
  readonly quantity: string;
  readonly filled_quantity: string;
  readonly filled_value: string;
  readonly status: string;
  readonly reason: string | null;
  readonly attempt: number;
  readonly deadline: Date | null;
  readonly halt_generation: string;
  readonly created_at: Date;
  readonly submitted_at: Date | null;
  readonly completed_at: Date | null;
  readonly notional: string;
}
export interface BrokerEventRow {
  readonly venue_event_id: string;
  readonly type: string;
  readonly payload: Record<string, unknown>;
  readonly recorded_at: Date;
}
export interface FillRow {
  readonly fill_id: Id;
  readonly quantity: string;
  readonly price: string;
  readonly fee: string | null;
  readonly executed_at: Date;
  readonly busted_at: Date | null;
  readonly bust_reason: string | null;
}
export interface PostingRow {
  readonly entry_id: Id;
  readonly fill_id: Id;
  readonly posted_at: Date;
  readonly ledger_account: string;
  readonly currency: string;
  readonly amount: string;
}
export interface FrameRow {
  readonly channel: string;
  readonly stream_offset: string;
  readonly event: string;
  readonly created_at: Date;
}
export interface WaitingRow {
  readonly step: string;
  readonly type: string;
  readonly attempts: number;
  readonly owner: number | null;
  readonly lease_until: Date | null;
  readonly created_at: Date;
}

/** Everything that is known of one signal. */
export interface StoryRows {
  readonly signal: SignalRow;
  readonly verdict: VerdictRow | undefined;
  readonly orders: readonly OrderRow[];
  readonly brokerEvents: readonly BrokerEventRow[];
  readonly fills: readonly FillRow[];
  readonly postings: readonly PostingRow[];
  readonly frames: readonly FrameRow[];
  readonly waiting: readonly WaitingRow[];
}

const FIND = sql(
  'explain.find',
  `select signal_id from keelson.signals where signal_id::text = $1
   union all select signal_id from keelson.orders where order_id::text = $1 or client_order_id = $1 or venue_order_id = $1
   limit 1`,
);

/** The signal that an id belongs to: its own, or an order's (ours, the client order id, the venue's); for one team. */
export async function findSignal(db: Database, teamId: Id, id: string): Promise<Id | undefined> {
  const [row] = await db.transaction(teamId, (tx) => tx.query<{ signal_id: Id }>(FIND, [id]));
  return row?.signal_id;
}

const SIGNAL = sql(
  'explain.signal',
  `select s.*, r.source, r.content_type, r.body from keelson.signals s left join keelson.receipts r using (receipt_id) where s.signal_id = $1`,
);
const VERDICT = sql('explain.verdict', 'select * from keelson.verdicts where signal_id = $1');
const ORDERS = sql(
  'explain.orders',
  'select o.*, i.notional from keelson.orders o join keelson.intents i using (intent_id) where o.signal_id = $1 order by o.leg, o.revision',
);
const BROKER_EVENTS = sql(
  'explain.broker_events',
  `select e.* from keelson.broker_events e join keelson.orders o using (order_id) where o.signal_id = $1 order by e.recorded_at`,
);
const FILLS = sql(
  'explain.fills',
  `select f.*, b.busted_at, b.reason as bust_reason
     from keelson.fills f left join keelson.fill_busts b using (fill_id) where f.signal_id = $1 order by f.executed_at`,
);
const POSTINGS = sql(
  'explain.postings',
  `select e.entry_id, e.fill_id, e.posted_at, p.ledger_account, p.currency, p.amount
     from keelson.entries e join keelson.postings p using (entry_id) where e.signal_id = $1 order by e.posted_at, e.entry_id, p.line`,
);
const FRAMES = sql(
  'explain.frames',
  'select * from keelson.stream_events where signal_id = $1 order by created_at, channel, stream_offset',
);
const WAITING = sql('explain.waiting', 'select * from keelson.outbox where signal_id = $1 order by created_at');

/** Reads the whole story in one round trip, as its team. Throws when the receipt is past its retention. */
export function readStory(db: Database, teamId: Id, signalId: Id): Promise<StoryRows> {
  return db.transaction(teamId, async (tx: Tx) => {
    const rows = <Row extends object>(statement: Statement) =>
      tx.query<Row & Record<string, unknown>>(statement, [signalId]);
    const [[signal], [verdict], orders, brokerEvents, fills, postings, frames, waiting] = await Promise.all([
      rows<SignalRow>(SIGNAL),
      rows<VerdictRow>(VERDICT),
      rows<OrderRow>(ORDERS),
      rows<BrokerEventRow>(BROKER_EVENTS),
      rows<FillRow>(FILLS),
      rows<PostingRow>(POSTINGS),
      rows<FrameRow>(FRAMES),
      rows<WaitingRow>(WAITING),
    ]);
    if (!signal) throw new Error(`Signal ${signalId} is no longer kept`);
    return { signal, verdict, orders, brokerEvents, fills, postings, frames, waiting };
  });
}

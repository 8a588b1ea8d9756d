import type { Id } from '@keelson/kernel';
import { sql, type Tx } from '@keelson/persistence';
import type { BrokerReport } from './broker.port.ts';

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

const QUARANTINE = sql(
  'listen.quarantine',
  `insert into quarantined_events (broker, venue_event_id, team_id, signal_id, client_order_id, type, payload, reason)
   values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
);

/** Puts aside what contradicts our books, so that what comes after it is heard. */
export function quarantineEvent(tx: Tx, report: BrokerReport, signalId: Id, reason: string): void {
  const { broker, venueEventId, clientOrderId } = report.payload;
  const { type, payload } = report;
  tx.execute(QUARANTINE, [broker, venueEventId, tx.teamId, signalId, clientOrderId, type, payload, reason]);
}

const OPEN_QUARANTINE = sql(
  'listen.open_quarantine',
  'select count(*)::int as open from quarantined_events where resolved_at is null',
);

/** Events that are put aside and that nobody has settled: of the transaction's team, or of all for the relay. */
export async function countQuarantined(tx: Tx): Promise<number> {
  const [row] = await tx.query<{ open: number }>(OPEN_QUARANTINE);
  return row!.open;
}

const SETTLE = sql(
  'listen.settle_quarantined',
  `update quarantined_events set resolved_at = clock_timestamp(), resolution = $1 where resolved_at is null
   returning broker, venue_event_id, client_order_id, type, reason`,
);

/** What was put aside, and why. */
export interface SettledEvent {
  readonly broker: string;
  readonly venueEventId: string;
  readonly clientOrderId: string;
  readonly type: string;
  readonly reason: string;
}

/** Somebody has looked at a team's events and says what became of them; nothing is applied by it. */
export async function settleQuarantined(tx: Tx, resolution: string): Promise<readonly SettledEvent[]> {
  const rows = await tx.query<Record<'broker' | 'venue_event_id' | 'client_order_id' | 'type' | 'reason', string>>(
    SETTLE,
    [resolution],
  );
  return rows.map(({ broker, venue_event_id: venueEventId, client_order_id: clientOrderId, type, reason }) => ({
    ...{ broker, venueEventId, clientOrderId, type, reason },
  }));
}

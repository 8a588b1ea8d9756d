/** Every metric that a service may export; alerts may only name these. */
export interface MetricSpec {
  readonly name: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
}

export const metrics = [
  {
    name: 'keelson_http_request_duration_seconds',
    kind: 'histogram',
    help: 'time to answer a request',
    labels: ['method', 'route', 'status'],
  },
  { name: 'keelson_signals_received_total', kind: 'counter', help: 'webhooks by outcome', labels: ['outcome'] },
  {
    name: 'keelson_step_duration_seconds',
    kind: 'histogram',
    help: 'time of a step or of fused neighbours',
    labels: ['step'],
  },
  {
    name: 'keelson_outbox_oldest_age_seconds',
    kind: 'gauge',
    help: 'age of the oldest message that waits for a worker',
    labels: [],
  },
  { name: 'keelson_outbox_depth', kind: 'gauge', help: 'messages that are not finished', labels: [] },
  {
    name: 'keelson_dead_letters',
    kind: 'gauge',
    help: 'messages that no attempt could handle and nobody has replayed or settled',
    labels: [],
  },
  {
    name: 'keelson_orders_stuck',
    kind: 'gauge',
    help: 'orders submitted without an answer past their deadline',
    labels: [],
  },
  {
    name: 'keelson_quote_oldest_age_seconds',
    kind: 'gauge',
    help: 'age of the oldest price of a symbol in use whose market is open',
    labels: [],
  },
  {
    name: 'keelson_market_checks_failed',
    kind: 'gauge',
    help: 'checks before the market opens that failed at the last look',
    labels: [],
  },
  {
    name: 'keelson_broker_circuits_open',
    kind: 'gauge',
    help: 'venues that get no new orders because they failed',
    labels: [],
  },
  {
    name: 'keelson_venue_events_quarantined',
    kind: 'gauge',
    help: 'events of venues that contradict our books and that nobody has settled',
    labels: [],
  },
  {
    name: 'keelson_orders_unknown_total',
    kind: 'counter',
    help: 'submissions without a definitive answer, by venue',
    labels: ['broker'],
  },
  {
    name: 'keelson_exposure_drifts',
    kind: 'gauge',
    help: 'scopes whose reserved exposure is not the sum of what is open',
    labels: [],
  },
  {
    name: 'keelson_reconciliation_drifts',
    kind: 'gauge',
    help: 'differences between our books and a venue’s that nobody has mended or accepted',
    labels: [],
  },
  {
    name: 'keelson_reconciliation_overdue_seconds',
    kind: 'gauge',
    help: 'for how long the account that waits longest has not been compared with its venue',
    labels: [],
  },
  {
    name: 'keelson_halt_unproven_seconds',
    kind: 'gauge',
    help: 'age of the oldest halt that the venue has not proven yet, or that owes exits to open positions since its resume',
    labels: [],
  },
  {
    name: 'keelson_halts_by_watch',
    kind: 'gauge',
    help: 'scopes that the watch halted and nobody has resumed',
    labels: [],
  },
  { name: 'keelson_stream_connections', kind: 'gauge', help: 'open WebSocket connections', labels: [] },
] as const satisfies readonly MetricSpec[];

export type MetricName = (typeof metrics)[number]['name'];

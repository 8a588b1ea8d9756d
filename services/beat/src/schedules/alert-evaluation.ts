import type { AlertSpec, MetricName } from '@keelson/catalogue';
import { milliseconds } from '@keelson/kernel';
import { feedAge, quoteAges } from '@keelson/market';
import { countDeadLetters, notify, outboxDepth } from '@keelson/messaging';
import { failedChecks, haltedByWatch, openDrifts, overdueSeconds, unprovenSeconds } from '@keelson/oversight';
import { sql, type Database } from '@keelson/persistence';
import { countExposureDrifts } from './exposure-sweep.ts';
import { countStuckOrders } from './stuck-orders.ts';
import { countOpenCircuits, countQuarantinedEvents } from './venue-health.ts';

/** Reads the metrics that alerts look at from where they are true: Postgres. */
const sources: Readonly<Partial<Record<MetricName, (database: Database) => Promise<number>>>> = {
  keelson_outbox_oldest_age_seconds: async (database) => (await database.relay(outboxDepth)).oldestAgeSeconds,
  keelson_dead_letters: (database) => database.relay(countDeadLetters),
  keelson_orders_stuck: countStuckOrders,
  keelson_broker_circuits_open: countOpenCircuits,
  keelson_venue_events_quarantined: countQuarantinedEvents,
  keelson_quote_oldest_age_seconds: async (database) => feedAge(await database.platform(quoteAges), new Date()),
  keelson_market_checks_failed: (database) => failedChecks(database, new Date()),
  keelson_exposure_drifts: countExposureDrifts,
  keelson_halt_unproven_seconds: (database) => database.relay(unprovenSeconds),
  keelson_halts_by_watch: (database) => database.relay(haltedByWatch),
  keelson_reconciliation_drifts: (database) => database.relay(openDrifts),
  keelson_reconciliation_overdue_seconds: (database) => database.relay(overdueSeconds),
};

const READ = sql(
  'alert_evaluation.read',
  'select state, since, clock_timestamp() as now from alerts where alert = $1 for update',
);
const NOW = sql('alert_evaluation.now', 'select clock_timestamp() as now');
const WRITE = sql(
  'alert_evaluation.write',
  `insert into alerts (alert, state, value, since, evaluated_at) values ($1, $2, $3, $4, clock_timestamp())
   on conflict (alert) do update
      set state = excluded.state, value = excluded.value, since = excluded.since, evaluated_at = excluded.evaluated_at`,
);

export type AlertState = 'inactive' | 'pending' | 'firing';

export interface AlertStanding {
  readonly state: AlertState;
  /** When it came into this state. */
  readonly since: Date;
}

/** Pending while the metric is above, firing once it stayed there, inactive at the first look below. Pure. */
export function nextStanding(
  before: AlertStanding | undefined,
  above: boolean,
  now: Date,
  forMs: number,
): AlertStanding {
  const state = before?.state ?? 'inactive';
  const next = stateAfter(state, above, now.getTime() - (before?.since.getTime() ?? now.getTime()), forMs);
  return before && next === state ? before : { state: next, since: now };
}

function stateAfter(state: AlertState, above: boolean, lastedMs: number, forMs: number): AlertState {
  if (!above) return 'inactive';
  if (state === 'firing') return 'firing';
  if (state === 'pending') return lastedMs >= forMs ? 'firing' : 'pending';
  return forMs === 0 ? 'firing' : 'pending';
}

/** An alert, and the area of its page. */
type Alert = AlertSpec & { readonly area?: string };

async function evaluate(database: Database, alert: Alert, value: number, channels: readonly string[]): Promise<void> {
  await database.platform(async (tx) => {
    const [row] = await tx.query<{ state: AlertState; since: Date; now: Date }>(READ, [alert.name]);
    const now = row?.now ?? (await tx.query<{ now: Date }>(NOW))[0]!.now;
    const standing = nextStanding(row, value > alert.above, now, milliseconds(alert.for));
    tx.execute(WRITE, [alert.name, standing.state, value, standing.since]);
    const told = tellingOf(row?.state, alert, standing, value);
    if (told) for (const channel of channels) notify(tx, channel, told);
  });
}

/** What is to be told of a change: that it fires, or that it fires no more. Once per change, by its time. */
function tellingOf(
  before: AlertState | undefined,
  { name, area, summary, severity }: Alert,
  { state, since }: AlertStanding,
  value: number,
): Parameters<typeof notify>[2] | undefined {
  const fires = state === 'firing' && before !== 'firing';
  if (!fires && !(state === 'inactive' && before === 'firing')) return undefined;
  const subject = fires ? `Alert: ${summary}` : 'Alert cleared';
  const page = { runbook: `runbooks/${area}/${name}.md`, run: `keelson runbook run ${name}` };
  const body = { alert: name, state: fires ? 'firing' : 'cleared', severity, value, since: since.toISOString() };
  return { key: `${name}/${body.state}/${body.since}`, subject, body: { ...body, ...(fires && page) } };
}

/** Looks at every alert once, and leaves what changed to be told by the channels. */
export function alertEvaluation(
  database: Database,
  alerts: readonly Alert[],
  channels: readonly string[],
): () => Promise<void> {
  return async () => {
    for (const alert of alerts) {
      const source = sources[alert.metric];
      if (!source) throw new Error(`Alert ${alert.name} looks at ${alert.metric}, which beat has no source for`);
      await evaluate(database, alert, await source(database), channels);
    }
  };
}

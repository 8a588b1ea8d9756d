import { sql, type Tx } from '@keelson/persistence';

const FAILED = sql(
  'circuit.failed',
  `insert into broker_circuits as c (broker, failures, reason)
   values ($1, array[clock_timestamp()], $5)
   on conflict (broker) do update set (failures, state, opened_at, open_until, probe_until, reason) = (
     select recent,
            case when opens or c.state = 'open' then 'open' else 'closed' end,
            case when opens then clock_timestamp() else c.opened_at end,
            case when opens then clock_timestamp() + $4 * interval '1 millisecond' else c.open_until end,
            case when opens then null else c.probe_until end,
            $5
       from (select r.recent,
                    (c.state = 'closed' and cardinality(r.recent) >= $2)
                      or (c.state = 'open' and c.open_until <= clock_timestamp()) as opens
               from (select coalesce(array_agg(at order by at), '{}') as recent
                       from unnest(c.failures || clock_timestamp()) as at
                      where at > clock_timestamp() - $3 * interval '1 millisecond') r) judged)
   returning state = 'open' as open`,
);

const SUCCEEDED = sql(
  'circuit.succeeded',
  `update broker_circuits c
      set failures = '{}', state = 'closed', open_until = null, probe_until = null
     from (select broker, state from broker_circuits where broker = $1 for update) was
    where c.broker = was.broker and cardinality(c.failures) > 0 and (was.state = 'closed' or c.open_until <= clock_timestamp())
   returning was.state = 'open' as resumed`,
);

/** Thresholds in numbers, as the statements take them. */
export interface BreakerNumbers {
  readonly failures: number;
  readonly withinMs: number;
  readonly coolDownMs: number;
}

/** Counts a failure; true when the circuit is open then. */
export async function recordFailure(
  tx: Tx,
  broker: string,
  { failures, withinMs, coolDownMs }: BreakerNumbers,
  reason: string,
): Promise<boolean> {
  const [row] = await tx.query<{ open: boolean }>(FAILED, [broker, failures, withinMs, coolDownMs, reason]);
  return row!.open;
}

/** Forgets the failures of a venue that answered; true when its circuit was open until then. */
export async function recordSuccess(tx: Tx, broker: string): Promise<boolean> {
  const [row] = await tx.query<{ resumed: boolean }>(SUCCEEDED, [broker]);
  return row?.resumed ?? false;
}

const OPEN = sql(
  'circuit.open',
  `select broker, opened_at, open_until, reason from broker_circuits
    where state = 'open' and open_until > clock_timestamp() order by broker`,
);

/** A venue that gets no new orders now. */
export interface OpenCircuit {
  readonly broker: string;
  readonly openedAt: Date;
  readonly openUntil: Date;
  readonly reason: string;
}

export async function openCircuits(tx: Tx): Promise<readonly OpenCircuit[]> {
  const rows = await tx.query<{ broker: string; opened_at: Date; open_until: Date; reason: string }>(OPEN);
  return rows.map((row) => ({
    broker: row.broker,
    openedAt: row.opened_at,
    openUntil: row.open_until,
    reason: row.reason,
  }));
}

const CLOSE = sql(
  'circuit.close',
  `update broker_circuits set state = 'closed', failures = '{}', open_until = null, probe_until = null
    where broker = $1 and state = 'open' returning broker`,
);

/** Closes a circuit by hand; false when it was not open. */
export async function closeCircuit(tx: Tx, broker: string): Promise<boolean> {
  return (await tx.query(CLOSE, [broker])).length > 0;
}

const RELEASE = sql(
  'circuit.release',
  `update outbox w set lease_until = now()
     from orders o
    where o.signal_id = w.signal_id and w.step = 'route' and w.lease_until > now()
      and (o.status = 'created' or w.lease_until > now() + interval '5 seconds')`,
);

/**
 * Lets what waits for a circuit be looked at now; for the relay: orders that were never sent, and those whose failures
 * opened it. A claim that is being sent holds its message for less than the five seconds; were one among these, it would be
 * taken over as from a process that died, by asking the venue.
 */
export function releaseWaiting(tx: Tx): void {
  tx.execute(RELEASE);
}

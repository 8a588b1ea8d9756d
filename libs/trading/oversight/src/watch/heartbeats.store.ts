import type { Id } from '@keelson/kernel';
import { sql, type Tx } from '@keelson/persistence';
import { type Scope, scopeKey } from '@keelson/risk';

/** A dead man's switch as stored. */
export interface Heartbeat {
  readonly name: string;
  readonly scope: string;
  readonly withinMs: number;
  readonly cancelAll: boolean;
  readonly flatten: boolean;
  readonly armed: boolean;
  readonly renewedAt: Date;
  readonly renewedBy: string;
}

interface HeartbeatRow {
  readonly name: string;
  readonly scope: string;
  readonly within_ms: number;
  readonly cancel_all: boolean;
  readonly flatten: boolean;
  readonly armed: boolean;
  readonly renewed_at: Date;
  readonly renewed_by: string;
  readonly [column: string]: unknown;
}

const COLUMNS = 'name, scope, within_ms, cancel_all, flatten, armed, renewed_at, renewed_by';

function heartbeatOf(row: HeartbeatRow): Heartbeat {
  return {
    name: row.name,
    scope: row.scope,
    withinMs: row.within_ms,
    cancelAll: row.cancel_all,
    flatten: row.flatten,
    armed: row.armed,
    renewedAt: row.renewed_at,
    renewedBy: row.renewed_by,
  };
}

const RENEW = sql(
  'heartbeats.renew',
  `update heartbeats set renewed_at = clock_timestamp(), renewed_by = $3, armed = true
    where team_id = $1 and name = $2 returning ${COLUMNS}`,
);

/** Says that somebody is there; undefined when the team has no heartbeat of that name. Arms one that was disarmed. */
export async function renewHeartbeat(tx: Tx, name: string, actor: string): Promise<Heartbeat | undefined> {
  const [row] = await tx.query<HeartbeatRow>(RENEW, [tx.teamId, name, actor]);
  return row && heartbeatOf(row);
}

const ARM = sql(
  'heartbeats.arm',
  `insert into heartbeats as h (team_id, name, scope, within_ms, cancel_all, flatten, renewed_by)
   values ($1, $2, $3, $4, $5, $6, $7)
   on conflict (team_id, name) do update
      set scope = excluded.scope, within_ms = excluded.within_ms, cancel_all = excluded.cancel_all,
          flatten = excluded.flatten, armed = true, renewed_at = clock_timestamp(), renewed_by = excluded.renewed_by
   returning ${COLUMNS}`,
);

/** Sets a heartbeat up, or anew, and starts its time. */
export async function armHeartbeat(
  tx: Tx,
  wanted: {
    readonly name: string;
    readonly scope: Exclude<Scope, { kind: 'platform' }>;
    readonly withinMs: number;
    readonly cancelAll: boolean;
    readonly flatten: boolean;
    readonly actor: string;
  },
): Promise<Heartbeat> {
  const { name, scope, withinMs, cancelAll, flatten, actor } = wanted;
  const values: readonly (string | number | boolean | Id | undefined)[] = [
    ...[tx.teamId, name, scopeKey(scope), withinMs, cancelAll, flatten, actor],
  ];
  const [row] = await tx.query<HeartbeatRow>(ARM, values);
  return heartbeatOf(row!);
}

const DISARM = sql(
  'heartbeats.disarm',
  'update heartbeats set armed = false where team_id = $1 and name = $2 returning name',
);

/** Stops a heartbeat from halting anything; false when the team has none of that name. */
export async function disarmHeartbeat(tx: Tx, name: string): Promise<boolean> {
  return (await tx.query(DISARM, [tx.teamId, name])).length === 1;
}

const LIST = sql('heartbeats.list', `select ${COLUMNS} from heartbeats where team_id = $1 order by name`);

export async function listHeartbeats(tx: Tx): Promise<readonly Heartbeat[]> {
  return (await tx.query<HeartbeatRow>(LIST, [tx.teamId])).map(heartbeatOf);
}

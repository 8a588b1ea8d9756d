import type { Channel, EventFrame, StreamEventName } from '@keelson/contracts';
import type { Id } from '@keelson/kernel';
import { type Database, sql } from '@keelson/persistence';

/** Where a team's log stands: its incarnation, and the last committed offset of every channel (0: nothing yet). */
export interface LogState {
  readonly epoch: string;
  readonly last: Readonly<Record<Channel, number>>;
}

interface StateRow {
  readonly epoch: string;
  readonly orders: string;
  readonly trades: string;
  readonly ledger: string;
  readonly system: string;
}

interface EventRow {
  readonly epoch: string;
  readonly stream_offset: string;
  readonly event: StreamEventName;
  readonly data: EventFrame['data'];
}

const NEWEST_EPOCH = 'select epoch from keelson.stream_epochs order by started_at desc limit 1';

const STATE = sql(
  'stream.state',
  `select epoch.epoch, coalesce(offsets.orders, 0) as orders, coalesce(offsets.trades, 0) as trades,
          coalesce(offsets.ledger, 0) as ledger, coalesce(offsets.system, 0) as system
     from (${NEWEST_EPOCH}) as epoch
     left join keelson.stream_offsets as offsets on offsets.team_id = $1`,
);

const EVENTS_BETWEEN = sql(
  'stream.events_between',
  `select (${NEWEST_EPOCH}) as epoch, stream_offset, event, data
     from keelson.stream_events
    where team_id = $1 and channel = $2 and stream_offset > $3 and stream_offset <= $4
    order by stream_offset
    limit $5`,
);

/** Reads of the event log. Offsets are committed in order per team, so what is visible has no holes but retention's. */
export class StreamStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Epoch and last offsets as of now. Throws when Postgres is away. */
  async state(teamId: Id): Promise<LogState> {
    const [row] = await this.#database.transaction(teamId, (tx) => tx.query<StateRow>(STATE, [teamId]));
    if (!row) throw new Error('keelson.stream_epochs is empty; migration create_stream fills it, run the migrations');
    const { epoch, orders, trades, ledger, system } = row;
    const last = { orders: Number(orders), trades: Number(trades), ledger: Number(ledger), system: Number(system) };
    return { epoch, last };
  }

  /**
   * Events with `after` < offset <= `upTo`, in order, at most `limit`. A first offset above `after + 1`, or none at all,
   * means that retention has deleted what was asked for.
   */
  async eventsBetween(
    teamId: Id,
    channel: Channel,
    after: number,
    upTo: number,
    limit: number,
  ): Promise<readonly EventFrame[]> {
    const rows = await this.#database.transaction(teamId, (tx) =>
      tx.query<EventRow>(EVENTS_BETWEEN, [teamId, channel, after, upTo, limit]),
    );
    return rows.map((row) => frameOf(channel, row));
  }
}

/** The part of the store that fan-out needs; its property test runs on a log that it can interleave step by step. */
export type StreamLog = Pick<StreamStore, 'state' | 'eventsBetween'>;

/** The same frame as the hint carried: what happened is in the data, nothing is added on the way. */
function frameOf(channel: Channel, { stream_offset: offset, epoch, event, data }: EventRow): EventFrame {
  return { type: 'event', channel, offset: Number(offset), epoch, event, data };
}

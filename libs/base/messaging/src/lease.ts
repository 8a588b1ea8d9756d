import { sql, type Database } from '@keelson/persistence';
import { OWNER_LOCK_CLASS } from './outbox.store.ts';
import type { Owner } from './owner.ts';

/** Of its length: a lease with more than this left is neither asked for nor written again. */
const ENOUGH_LEFT = 0.67;

const LIVES = `select from pg_locks l
           where l.locktype = 'advisory' and l.classid = ${OWNER_LOCK_CLASS} and l.objid = held.owner::bigint::oid
             and l.database = (select oid from pg_database where datname = current_database())`;

/**
 * Asked several times a second by every process without the lease, so it writes only when there is something to say:
 * whoever holds it for long enough, or sees that another living process does, leaves Postgres without a commit to flush.
 */
const ACQUIRE = sql(
  'lease.acquire',
  `with kept as (
     select fence, cursor, lease_until from leases
      where name = $1 and owner = $2 and lease_until > now() + $3 * ${ENOUGH_LEFT} * interval '1 millisecond'
   ), taken as (
     insert into leases as held (name, owner, fence, lease_until)
     select $1::text, $2::integer, nextval('fences'), now() + $3 * interval '1 millisecond'
      where not exists (select from kept)
        and not exists (select from leases held
                         where name = $1 and owner <> $2 and lease_until >= now() and exists (${LIVES}))
     on conflict (name) do update
        set owner = excluded.owner, lease_until = excluded.lease_until,
            fence = case when held.owner = excluded.owner then held.fence else excluded.fence end
      where held.owner = excluded.owner or held.lease_until < now() or not exists (${LIVES})
     returning fence, cursor, lease_until
   )
   select fence, cursor, extract(epoch from lease_until - now())::float8 * 1000 as left_ms
     from (select * from kept union all select * from taken) mine`,
);
const SAVE_CURSOR = sql(
  'lease.save_cursor',
  'update leases set cursor = $3 where name = $1 and fence = $2 returning fence',
);
const RELEASE = sql('lease.release', 'update leases set lease_until = now() where name = $1 and owner = $2');

export interface HeldLease {
  readonly fence: string;
  /** Where the last holder was. */
  readonly cursor: string | undefined;
}

interface Acquired extends Record<string, unknown> {
  readonly fence: string;
  readonly cursor: string | null;
  readonly left_ms: number;
}

/** What this process was told of its lease, and for how long it need not ask. */
interface Known {
  readonly held: HeldLease;
  readonly owner: number;
  /** By the clock of performance.now(), which also runs while a process is frozen. */
  readonly enoughUntil: number;
}

/** A name that exactly one living process holds. Renewed by asking again; lost as soon as the holder's session is gone. */
export class Lease {
  readonly #database: Database;
  readonly #owner: Owner;
  readonly name: string;
  readonly #forMs: number;
  #known: Known | undefined;

  constructor(database: Database, owner: Owner, name: string, forMs: number) {
    this.#database = database;
    this.#owner = owner;
    this.name = name;
    this.#forMs = forMs;
  }

  /**
   * Takes or renews; undefined when another living process holds it, or when this one has no session. Costs nothing while
   * the lease has long to go: nobody else can have it then, unless this process lost its session, and so its number.
   */
  async hold(): Promise<HeldLease | undefined> {
    if (!this.#owner.alive) return undefined;
    const owner = this.#owner.number;
    const asked = performance.now();
    if (this.#known?.owner === owner && asked < this.#known.enoughUntil) return this.#known.held;
    this.#known = undefined;
    const [row] = await this.#database.platform((tx) => tx.query<Acquired>(ACQUIRE, [this.name, owner, this.#forMs]));
    if (!row) return undefined;
    const held = { fence: row.fence, cursor: row.cursor ?? undefined };
    this.#known = { held, owner, enoughUntil: asked + row.left_ms - this.#forMs * ENOUGH_LEFT };
    return held;
  }

  /** Remembers how far the holder came; false when the lease went to somebody else. */
  async saveCursor(fence: string, cursor: string | null): Promise<boolean> {
    const rows = await this.#database.platform((tx) => tx.query(SAVE_CURSOR, [this.name, fence, cursor]));
    const saved = rows.length === 1;
    if (!saved) this.#known = undefined;
    else if (this.#known) this.#known = { ...this.#known, held: { fence, cursor: cursor ?? undefined } };
    return saved;
  }

  async release(): Promise<void> {
    this.#known = undefined;
    if (!this.#owner.alive) return;
    const owner = this.#owner.number;
    await this.#database.platform(async (tx) => tx.execute(RELEASE, [this.name, owner]));
  }
}

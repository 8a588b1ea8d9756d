import { sql, type Database } from '@keelson/persistence';
import { OWNER_LOCK_CLASS } from './outbox.store.ts';
import type { Owner } from './owner.ts';

/** Of its length: a lease with more than this left is not written again. */
const ENOUGH_LEFT = 0.67;

const LIVES = `select from pg_locks l
           where l.locktype = 'advisory' and l.classid = ${OWNER_LOCK_CLASS} and l.objid = held.owner::bigint::oid
             and l.database = (select oid from pg_database where datname = current_database())`;

/**
 * Asked several times a second by every process, so it writes only when there is something to say: whoever holds the
 * lease for long enough, or sees that another living process does, leaves Postgres without a commit to flush.
 */
const ACQUIRE = sql(
  'lease.acquire',
  `with kept as (
     select fence, cursor from leases
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
     returning fence, cursor
   )
   select fence, cursor from kept union all select fence, cursor from taken`,
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

/** A name that exactly one living process holds. Renewed by asking again; lost as soon as the holder's session is gone. */
export class Lease {
  readonly #database: Database;
  readonly #owner: Owner;
  readonly name: string;
  readonly #forMs: number;

  constructor(database: Database, owner: Owner, name: string, forMs: number) {
    this.#database = database;
    this.#owner = owner;
    this.name = name;
    this.#forMs = forMs;
  }

  /** Takes or renews; undefined when another living process holds it, or when this one has no session. */
  async hold(): Promise<HeldLease | undefined> {
    if (!this.#owner.alive) return undefined;
    const owner = this.#owner.number;
    const rows = await this.#database.platform((tx) =>
      tx.query<{ fence: string; cursor: string | null }>(ACQUIRE, [this.name, owner, this.#forMs]),
    );
    return rows[0] && { fence: rows[0].fence, cursor: rows[0].cursor ?? undefined };
  }

  /** Remembers how far the holder came; false when the lease went to somebody else. */
  async saveCursor(fence: string, cursor: string | null): Promise<boolean> {
    const rows = await this.#database.platform((tx) => tx.query(SAVE_CURSOR, [this.name, fence, cursor]));
    return rows.length === 1;
  }

  async release(): Promise<void> {
    if (!this.#owner.alive) return;
    const owner = this.#owner.number;
    await this.#database.platform(async (tx) => tx.execute(RELEASE, [this.name, owner]));
  }
}

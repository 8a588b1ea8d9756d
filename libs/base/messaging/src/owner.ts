import { invariant } from '@keelson/kernel';
import type { Database } from '@keelson/persistence';
import type { Client } from 'pg';
import { OWNER_LOCK_CLASS } from './outbox.store.ts';

const RECONNECT_MS = 200;
/** What an owner is there for: a `worker` runs the whole flow, and shows its progress; a `helper` only holds leases. */
export type OwnerRole = 'worker' | 'helper';

/**
 * This process as a holder of leases. Its number is held by an advisory lock on a session of its own: when the process
 * dies, its socket closes, Postgres frees the lock, and others take its work without waiting for leases to end.
 * A new session gets a new number, because others may have taken over in between.
 */
export class Owner {
  readonly #database: Database;
  readonly role: OwnerRole;
  #session: Client | undefined;
  #number: number | undefined;
  #closed = false;
  #reconnecting: Promise<void> | undefined;

  constructor(database: Database, role: OwnerRole = 'helper') {
    this.#database = database;
    this.role = role;
  }

  /** The current number; throws while there is no session, so that nothing is claimed that others think is free. */
  get number(): number {
    invariant(
      this.#number !== undefined,
      'A lease is only claimed while the session that proves its owner alive is open',
    );
    return this.#number;
  }

  get alive(): boolean {
    return this.#number !== undefined;
  }

  async start(): Promise<void> {
    const session = await this.#database.connectSession();
    session.on('error', () => this.#lost());
    session.on('end', () => this.#lost());
    const { rows } = await session.query<{ number: number }>(`select nextval('owner_numbers')::int as number`);
    const number = rows[0]!.number;
    await session.query('select pg_advisory_lock($1, $2)', [OWNER_LOCK_CLASS, number]);
    this.#session = session;
    this.#number = number;
  }

  async stop(): Promise<void> {
    this.#closed = true;
    this.#number = undefined;
    await this.#reconnecting;
    await this.#session?.end().catch(() => undefined);
  }

  #lost(): void {
    this.#number = undefined;
    if (this.#closed || this.#reconnecting) return;
    this.#reconnecting = this.#reconnect().finally(() => {
      this.#reconnecting = undefined;
    });
  }

  async #reconnect(): Promise<void> {
    while (!this.#closed && this.#number === undefined) {
      await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
      await this.start().catch(() => undefined);
    }
  }
}

import { type Duration, type Id, milliseconds } from '@keelson/kernel';
import pg from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import { sql } from './statement.ts';
import { Tx, type TrafficCounters } from './tx.ts';
import { type EntityOptions, managerOn, sharedDataSource } from './typeorm.ts';

export interface DatabaseOptions {
  /** postgres://… of the role keelson_app; may go through a transaction-mode pooler. */
  readonly url: string;
  /** Without a pooler, for session locks; `url` when absent. */
  readonly directUrl?: string | undefined;
  /** Connections of this process. */
  readonly poolSize: number;
  readonly applicationName: string;
  /** How long work may wait for a connection; short where somebody waits for an answer, long where work queues. */
  readonly connectWithin?: Duration;
  /** What `Tx.manager()` may read and write. */
  readonly entities?: readonly EntityOptions[];
}

const SET_TEAM = sql('persistence.set_team', `select set_config('keelson.team_id', $1, true)`);
const BECOME_RELAY = sql('persistence.become_relay', 'set local role keelson_relay');

/** A Postgres that is down refuses at once; this is for one that hangs. Senders of webhooks give up after three seconds. */
const CONNECT_WITHIN: Duration = '2 seconds';
/** Nobody waits for an answer of a session that holds locks: whoever needs it asks again anyway. */
const SESSION_WITHIN: Duration = '10 seconds';

/**
 * A transaction here waits for nothing but Postgres. One that is open for so long without a statement belongs to a process
 * that is frozen: Postgres ends its session, and what it has locked is free for others.
 */
const FROZEN_AFTER: Duration = '5 seconds';

/**
 * The one way to Postgres. Work happens inside `transaction`, which sets the team that row-level security checks, for
 * that transaction only, so that a pooler in transaction mode is safe.
 */
export class Database {
  readonly counters: TrafficCounters = { commits: 0, roundTrips: 0 };
  readonly #options: DatabaseOptions;
  readonly #pool: pg.Pool;
  #dataSource: Promise<DataSource> | undefined;

  constructor(options: DatabaseOptions) {
    this.#options = options;
    this.#pool = new pg.Pool({
      connectionString: options.url,
      max: options.poolSize,
      application_name: options.applicationName,
      connectionTimeoutMillis: milliseconds(options.connectWithin ?? CONNECT_WITHIN),
      idleTimeoutMillis: 300_000,
      statement_timeout: 30_000,
      idle_in_transaction_session_timeout: milliseconds(FROZEN_AFTER),
      keepAlive: true,
    });
    // A connection that dies while idle is dropped by the pool; the next query gets a new one or the error.
    this.#pool.on('error', () => undefined);
    // One that dies at work rejects its queries, which tell whoever asked; unheard, the event would end the process.
    this.#pool.on('connect', (client) => client.on('error', () => undefined));
  }

  /** Runs work as one team, in one transaction. Its writes are on disk when the promise resolves. */
  transaction<T>(teamId: Id, work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.#run(teamId, [[SET_TEAM, [teamId]]], work);
  }

  /** Runs work as the relay: it sees the ids of carrier rows of every team, and nothing that a team owns. */
  relay<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.#run(undefined, [[BECOME_RELAY, []]], work);
  }

  /** Runs work on rows that belong to no team (instruments, alerts, leases, the SECURITY DEFINER look-ups). */
  platform<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.#run(undefined, [], work);
  }

  /** A connection of its own, past any pooler: for locks that live as long as the session. The caller ends it. */
  async connectSession(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.#options.directUrl ?? this.#options.url,
      application_name: this.#options.applicationName,
      connectionTimeoutMillis: milliseconds(SESSION_WITHIN),
      keepAlive: true,
    });
    await client.connect();
    return client;
  }

  /** Throws when Postgres does not answer. */
  async ping(): Promise<void> {
    await this.#pool.query('select 1');
  }

  /** Opens connections ahead of the first request. */
  async warm(connections: number): Promise<void> {
    await Promise.all(Array.from({ length: connections }, () => this.ping()));
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #run<T>(
    teamId: Id | undefined,
    prologue: readonly (readonly [ReturnType<typeof sql>, readonly unknown[]])[],
    work: (tx: Tx) => Promise<T>,
  ): Promise<T> {
    const client = await this.#pool.connect();
    let broken: Error | undefined;
    try {
      const tx = new Tx(client, teamId, this.counters, (connection) => this.#manager(connection));
      tx.begin(prologue);
      try {
        const result = await work(tx);
        await tx.commit();
        return result;
      } catch (error) {
        await tx.rollback().catch((failure: Error) => {
          broken = failure;
        });
        throw error;
      }
    } finally {
      client.release(broken);
    }
  }

  async #manager(client: pg.PoolClient): Promise<EntityManager> {
    this.#dataSource ??= sharedDataSource(this.#pool, this.#options.entities ?? []);
    return managerOn(await this.#dataSource, client);
  }
}

import type { Duplex } from 'node:stream';
import type { Id } from '@keelson/kernel';
import type { PoolClient, QueryResultRow } from 'pg';
import type { EntityManager } from 'typeorm';
import type { Statement } from './statement.ts';

/** What runs work for: counted per process, so that tests can hold the flow to its commits and round trips. */
export interface TrafficCounters {
  commits: number;
  roundTrips: number;
}

/**
 * One open transaction. Queries that are issued without awaiting the one before travel together: a round trip is
 * counted each time the connection was idle when a query was issued. SQL and TypeORM share the connection.
 */
export class Tx {
  readonly teamId: Id | undefined;
  readonly #client: PoolClient;
  readonly #counters: TrafficCounters;
  readonly #manager: (client: PoolClient) => Promise<EntityManager>;
  readonly #sent: Promise<unknown>[] = [];
  readonly #last: { rank: number; work: () => void }[] = [];
  #inFlight = 0;
  #corked = false;

  constructor(
    client: PoolClient,
    teamId: Id | undefined,
    counters: TrafficCounters,
    manager: (client: PoolClient) => Promise<EntityManager>,
  ) {
    this.#client = client;
    this.teamId = teamId;
    this.#counters = counters;
    this.#manager = manager;
  }

  /** Rows of a statement. `numeric` and `bigint` come as text, `timestamptz` as Date, `jsonb` parsed. */
  async query<Row extends QueryResultRow>(statement: Statement, values: readonly unknown[] = []): Promise<Row[]> {
    const result = await this.#send<Row>(statement, values);
    return result.rows;
  }

  /** A write whose result nobody reads: goes out with the next wave; its error is thrown by the commit. */
  execute(statement: Statement, values: readonly unknown[] = []): void {
    void this.#send(statement, values);
  }

  /**
   * Work at the end of the transaction. Rank 0: writes that were gathered, so that each row is written once. Then what
   * takes a row that every transaction of the account or team wants (exposure: rank 1, stream offsets: rank 2), and holds
   * it until the commit is on disk. The fixed order of ranks excludes deadlocks.
   */
  atEnd(rank: 0 | 1 | 2, work: () => void): void {
    this.#last.push({ rank, work });
  }

  /** TypeORM on this connection and inside this transaction. */
  manager(): Promise<EntityManager> {
    return this.#manager(this.#client);
  }

  /** For Database only: runs what must come last, then COMMIT in the same wave; throws what any query threw. */
  async commit(): Promise<void> {
    for (const { work } of this.#last.sort((a, b) => a.rank - b.rank)) work();
    const outcome = this.#raw('COMMIT');
    const failed = (await Promise.allSettled(this.#sent)).find((result) => result.status === 'rejected');
    const result = await outcome;
    if (failed) throw failed.reason;
    // After an error Postgres answers COMMIT with ROLLBACK, and does not call it an error.
    if (result.command !== 'COMMIT') throw new Error('The transaction was rolled back by Postgres');
    this.#counters.commits += 1;
  }

  /** For Database only. */
  begin(statements: readonly (readonly [Statement, readonly unknown[]])[]): void {
    this.#raw('BEGIN').catch(() => undefined);
    for (const [statement, values] of statements) this.execute(statement, values);
  }

  async rollback(): Promise<void> {
    await this.#raw('ROLLBACK');
  }

  #send<Row extends QueryResultRow>(statement: Statement, values: readonly unknown[]) {
    const sent = this.#count(() => this.#client.query<Row>({ ...statement, values: values as unknown[] }));
    // The commit throws what failed; without this a failure that comes before it would count as unhandled.
    sent.catch(() => undefined);
    this.#sent.push(sent);
    return sent;
  }

  #raw(text: string) {
    return this.#count(() => this.#client.query(text));
  }

  #count<T>(send: () => Promise<T>): Promise<T> {
    if (this.#inFlight === 0) this.#counters.roundTrips += 1;
    this.#inFlight += 1;
    this.#cork();
    const settled = () => {
      this.#inFlight -= 1;
    };
    const sent = send();
    sent.then(settled, settled);
    return sent;
  }

  /** Holds the connection's writes until this turn of the event loop ends: a wave leaves in one system call, not in one each. */
  #cork(): void {
    if (this.#corked) return;
    this.#corked = true;
    const { stream } = (this.#client as unknown as { readonly connection: { readonly stream: Duplex } }).connection;
    stream.cork();
    process.nextTick(() => {
      this.#corked = false;
      stream.uncork();
    });
  }
}

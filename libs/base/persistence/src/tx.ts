import type { Id } from '@keelson/kernel';
import type { PoolClient, QueryResultRow } from 'pg';
import type { EntityManager } from 'typeorm';
import { Batch, type BatchEntry, type BatchResult } from './batch.ts';
import { type ParameterRow, type RowsStatement, sql, type Statement } from './statement.ts';
import { type Lane, Wave } from './wave.ts';

/** What runs work for: counted per process, so that tests can hold the flow to its commits and round trips. */
export interface TrafficCounters {
  commits: number;
  roundTrips: number;
}

const BEGIN = sql('tx.begin', 'begin');
const COMMIT = sql('tx.commit', 'commit');

/** What comes last in a transaction, in this order. */
const RANKS = ['gathered', 'exposure', 'totals', 'offsets'] as const;
type Rank = (typeof RANKS)[number];

function inOrder(left: { rank: Rank; key: string }, right: { rank: Rank; key: string }): number {
  if (left.rank !== right.rank) return RANKS.indexOf(left.rank) - RANKS.indexOf(right.rank);
  return left.key === right.key ? 0 : left.key < right.key ? -1 : 1;
}

/**
 * One open transaction. What is issued without awaiting travels together, in one write and one answer: a round trip.
 * SQL and TypeORM share the connection.
 */
export class Tx {
  readonly teamId: Id | undefined;
  readonly #client: PoolClient;
  readonly #counters: TrafficCounters;
  readonly #manager: (client: PoolClient) => Promise<EntityManager>;
  readonly #sent: Promise<unknown>[] = [];
  readonly #last: { rank: Rank; key: string; lane: Lane; work: () => void }[] = [];
  #wave = new Wave();
  #lane: Lane;

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

  /** Rows that a statement over rows answers for this row of parameters; whoever else asks for it in this wave shares it. */
  async queryRow<Row extends QueryResultRow, Column extends string = string>(
    statement: RowsStatement<Column>,
    row: ParameterRow<Column>,
  ): Promise<Row[]> {
    const result = await this.#sendRows(statement, [row]);
    return result.rows as Row[];
  }

  /** Writes rows by a statement over rows; no rows, no statement. The commit throws its error. */
  executeRows<Column extends string>(statement: RowsStatement<Column>, rows: readonly ParameterRow<Column>[]): void {
    if (rows.length > 0) void this.#sendRows(statement, rows);
  }

  /**
   * Issues what belongs to one of several that share this transaction. The order within a lane is kept, and that between
   * lanes is not: there, statements over rows may become one.
   */
  inLane<T>(lane: string, work: () => T): T {
    const outer = this.#lane;
    this.#lane = lane;
    try {
      return work();
    } finally {
      this.#lane = outer;
    }
  }

  /**
   * Work at the end of the transaction. `gathered`: writes that were gathered, so that each row is written once. Then what
   * takes a row that every transaction of the account or team wants, and holds it until the commit is on disk. The fixed
   * order of ranks, and of keys within one (an account's id), excludes deadlocks.
   */
  atEnd(rank: Rank, work: () => void, key = ''): void {
    this.#last.push({ rank, key, lane: this.#lane, work });
  }

  /** TypeORM on this connection and inside this transaction. */
  manager(): Promise<EntityManager> {
    // TypeORM does not wait for the end of the turn: what was asked before it, BEGIN above all, goes first.
    this.#flush();
    return this.#manager(this.#client);
  }

  /** For Database only. */
  begin(statements: readonly (readonly [Statement, readonly unknown[]])[]): void {
    for (const [statement, values] of [[BEGIN, []] as const, ...statements]) this.execute(statement, values);
  }

  /** For Database only: runs what must come last, then COMMIT in the same wave; throws what any query threw. */
  async commit(): Promise<void> {
    for (const { lane, work } of this.#last.sort(inOrder)) {
      if (lane === undefined) work();
      else this.inLane(lane, work);
    }
    const outcome = this.#send(COMMIT, []);
    const failed = (await Promise.allSettled(this.#sent)).find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    // After an error Postgres answers COMMIT with ROLLBACK, and does not call it an error.
    if ((await outcome).command !== 'COMMIT') throw new Error('The transaction was rolled back by Postgres');
    this.#counters.commits += 1;
  }

  /** For Database only. */
  async rollback(): Promise<void> {
    // What still waits must not follow the rollback, and open a transaction that nobody ends.
    this.#flush();
    await this.#client.query('rollback');
  }

  #send<Row extends QueryResultRow>(statement: Statement, values: readonly unknown[]): Promise<BatchResult<Row>> {
    return this.#noted(
      new Promise<BatchResult<Row>>((resolve, reject) => {
        this.#open().add({ statement, values, resolve: resolve as BatchEntry['resolve'], reject }, this.#lane);
      }),
    );
  }

  #sendRows(statement: RowsStatement, rows: readonly ParameterRow[]): Promise<BatchResult> {
    return this.#noted(this.#open().addRows(statement, rows, this.#lane));
  }

  /** The commit throws what failed; without the handler a failure that comes before it would count as unhandled. */
  #noted<T>(sent: Promise<T>): Promise<T> {
    sent.catch(() => undefined);
    this.#sent.push(sent);
    return sent;
  }

  /** The wave that leaves at the end of this turn. */
  #open(): Wave {
    // A tick runs after every continuation that is ready now: what those issue goes along.
    if (this.#wave.isEmpty) process.nextTick(() => this.#flush());
    return this.#wave;
  }

  #flush(): void {
    if (this.#wave.isEmpty) return;
    const entries = this.#wave.entries();
    this.#wave = new Wave();
    this.#counters.roundTrips += 1;
    this.#client.query(new Batch(entries));
  }
}

import type { BatchEntry, BatchResult } from './batch.ts';
import type { ParameterRow, RowsStatement } from './statement.ts';

/** One who asked for rows of a shared statement. */
interface Asker {
  readonly from: number;
  readonly count: number;
  readonly resolve: (result: BatchResult) => void;
}

/** A statement over rows, and all that ask for it in this wave. */
interface Shared {
  readonly statement: RowsStatement;
  readonly rows: ParameterRow[];
  readonly askers: Asker[];
  readonly rejects: ((error: Error) => void)[];
}

/** Whose statements they are that must keep their order; what belongs to nobody keeps its place before and behind all others. */
export type Lane = string | undefined;

/**
 * What a transaction issues before anybody waits: it travels together. Statements over rows that different lanes (signals
 * that share a transaction) ask for become one, at the place of the first, wherever no lane's own order suffers by it.
 */
export class Wave {
  readonly #pieces: (BatchEntry | Shared)[] = [];
  readonly #shared = new Map<RowsStatement, number>();
  readonly #lastOf = new Map<string, number>();
  #barrier = -1;

  get isEmpty(): boolean {
    return this.#pieces.length === 0;
  }

  add(entry: BatchEntry, lane: Lane): void {
    this.#note(this.#pieces.push(entry) - 1, lane);
  }

  /** Rows of a statement; the answer has what belongs to them. */
  addRows(statement: RowsStatement, rows: readonly ParameterRow[], lane: Lane): Promise<BatchResult> {
    const place = this.#placeFor(statement, lane);
    this.#note(place, lane);
    const shared = this.#pieces[place] as Shared;
    return new Promise((resolve, reject) => {
      shared.askers.push({ from: shared.rows.length, count: rows.length, resolve });
      shared.rejects.push(reject);
      shared.rows.push(...rows);
    });
  }

  /** In the order in which Postgres is to run them. */
  entries(): BatchEntry[] {
    return this.#pieces.map((piece) => ('askers' in piece ? entryOf(piece) : piece));
  }

  #placeFor(statement: RowsStatement, lane: Lane): number {
    const known = this.#shared.get(statement);
    const earliest = lane === undefined ? this.#pieces.length : Math.max(this.#barrier, this.#lastOf.get(lane) ?? -1);
    if (known !== undefined && known >= earliest) return known;
    const place = this.#pieces.push({ statement, rows: [], askers: [], rejects: [] }) - 1;
    this.#shared.set(statement, place);
    return place;
  }

  #note(place: number, lane: Lane): void {
    if (lane === undefined) this.#barrier = place;
    else this.#lastOf.set(lane, place);
  }
}

function entryOf({ statement, rows, askers, rejects }: Shared): BatchEntry {
  const [first] = rows;
  const single = rows.length === 1;
  return {
    statement: single ? statement.one : statement.many,
    values: statement.columns.map((column) => (single ? first![column] : rows.map((row) => row[column]))),
    resolve: (result) => {
      for (const asker of askers) asker.resolve(partOf(result, asker, askers.length === 1));
    },
    reject: (error) => {
      for (const reject of rejects) reject(error);
    },
  };
}

/** The rows that belong to one asker, whose own are numbered from 1 again. */
function partOf(result: BatchResult, { from, count }: Asker, all: boolean): BatchResult {
  if (all) return result;
  const rows = (result.rows as { at?: string }[]).flatMap((row) => {
    const at = Number(row.at) - from;
    return at >= 1 && at <= count ? [{ ...row, at: String(at) }] : [];
  });
  return { ...result, rows };
}

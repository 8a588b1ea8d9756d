/// <reference path="./pg-utils.d.ts" />
import pg from 'pg';
import { prepareValue } from 'pg/lib/utils.js';
import type { Statement } from './statement.ts';

/** One statement of a batch, and who waits for its result. */
export interface BatchEntry {
  readonly statement: Statement;
  readonly values: readonly unknown[];
  readonly resolve: (result: pg.QueryResult) => void;
  readonly reject: (error: Error) => void;
}

/** The parts of pg's connection and result that a query of one's own is made with; their typings leave them out. */
interface Wire {
  readonly stream: { cork(): void; uncork(): void };
  readonly parsedStatements: Record<string, string | undefined>;
  parse(message: { name: string; text: string }): void;
  bind(message: { statement: string; values: readonly unknown[]; valueMapper: (value: unknown) => unknown }): void;
  describe(message: { type: 'P'; name: string }): void;
  execute(message: { portal: string }): void;
  sync(): void;
  on(event: 'parseComplete', listener: () => void): void;
  off(event: 'parseComplete', listener: () => void): void;
}

interface RowCollector extends pg.QueryResult {
  addFields(fields: unknown): void;
  parseRow(fields: unknown): unknown;
  addRow(row: unknown): void;
  addCommandComplete(message: unknown): void;
}

const Result = (pg as unknown as { Result: new (rowMode: undefined, types: typeof pg.types) => RowCollector }).Result;

/**
 * Several prepared statements in one write, answered in one go: the protocol's own pipeline, with one Sync at the end.
 * pg's `pipeline` option saves the waiting but not the work: it syncs after each statement, and each Sync is a write of
 * ours and a flush of the server's, which on a loaded machine cost more than most statements. After an error the server
 * skips the rest of the batch, and so do we.
 */
export class Batch implements pg.Submittable {
  readonly #entries: readonly BatchEntry[];
  readonly #parsing: Statement[] = [];
  readonly #results: RowCollector[];
  #current = 0;
  #failure: Error | undefined;
  #stopListening: () => void = () => undefined;

  constructor(entries: readonly BatchEntry[]) {
    this.#entries = entries;
    this.#results = entries.map(() => new Result(undefined, pg.types));
  }

  /** Called by pg when it is this batch's turn on the connection. */
  submit(connection: pg.Connection): void {
    const wire = connection as unknown as Wire;
    const parsed = () => {
      const { name, text } = this.#parsing.shift()!;
      wire.parsedStatements[name] = text;
    };
    wire.on('parseComplete', parsed);
    this.#stopListening = () => wire.off('parseComplete', parsed);
    wire.stream.cork();
    try {
      for (const { statement, values } of this.#entries) this.#write(wire, statement, values);
    } finally {
      wire.sync();
      wire.stream.uncork();
    }
  }

  #write(wire: Wire, statement: Statement, values: readonly unknown[]): void {
    const { name } = statement;
    if (wire.parsedStatements[name] === undefined && !this.#parsing.some((one) => one.name === name)) {
      wire.parse(statement);
      this.#parsing.push(statement);
    }
    wire.bind({ statement: name, values, valueMapper: prepareValue });
    wire.describe({ type: 'P', name: '' });
    wire.execute({ portal: '' });
  }

  handleRowDescription(message: { fields: unknown }): void {
    this.#results[this.#current]!.addFields(message.fields);
  }

  handleDataRow(message: { fields: unknown }): void {
    const result = this.#results[this.#current]!;
    try {
      result.addRow(result.parseRow(message.fields));
    } catch (error) {
      this.#failure = error as Error;
    }
  }

  handleCommandComplete(message: unknown): void {
    this.#results[this.#current]!.addCommandComplete(message);
    this.#current += 1;
  }

  /** Everything was answered. */
  handleReadyForQuery(): void {
    if (this.#failure) {
      this.handleError(this.#failure);
      return;
    }
    this.#stopListening();
    this.#entries.forEach((entry, index) => entry.resolve(this.#results[index]!));
  }

  /** The current statement failed, or the connection is gone: what follows was not run. */
  handleError(error: Error): void {
    this.#stopListening();
    this.#entries.forEach((entry, index) => {
      if (index < this.#current) entry.resolve(this.#results[index]!);
      else entry.reject(error);
    });
  }
}

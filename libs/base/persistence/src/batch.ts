/// <reference path="./pg-utils.d.ts" />
import pg from 'pg';
import { prepareValue } from 'pg/lib/utils.js';
import type { Statement } from './statement.ts';

/** One statement of a batch, and who waits for its result. */
export interface BatchEntry {
  readonly statement: Statement;
  readonly values: readonly unknown[];
  readonly resolve: (result: BatchResult) => void;
  readonly reject: (error: Error) => void;
}

/** What a statement of a batch answered. */
export interface BatchResult<Row = unknown> {
  readonly rows: Row[];
  /** The first word of what Postgres calls it: SELECT, INSERT, COMMIT. */
  command: string;
}

/** The parts of pg's connection that a query of one's own is made with; its typings leave them out. */
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

/** The columns of a statement's rows. */
interface Shape {
  readonly names: readonly string[];
  readonly parsers: readonly ((text: string) => unknown)[];
}
const NO_ROWS: Shape = { names: [], parsers: [] };

/**
 * The shapes that a connection has told. They belong to the prepared statement and never change (Postgres refuses to run
 * one whose result would be another), so they are asked for once: a wide row's description is longer than the row.
 */
const shapesOf = new WeakMap<pg.Connection, Map<string, Shape>>();

function shapeFrom(fields: readonly { readonly name: string; readonly dataTypeID: number }[]): Shape {
  return {
    names: fields.map(({ name }) => name),
    parsers: fields.map(({ dataTypeID }) => pg.types.getTypeParser(dataTypeID, 'text') as (text: string) => unknown),
  };
}

/**
 * Several prepared statements in one write, answered in one go: the protocol's own pipeline, with one Sync at the end.
 * pg's `pipeline` option saves the waiting but not the work: it syncs after each statement, and each Sync is a write of
 * ours and a flush of the server's, which on a loaded machine cost more than most statements. After an error the server
 * skips the rest of the batch, and so do we.
 */
export class Batch implements pg.Submittable {
  readonly #entries: readonly BatchEntry[];
  readonly #parsing: Statement[] = [];
  readonly #results: BatchResult[];
  #shapes = new Map<string, Shape>();
  #current = 0;
  #failure: Error | undefined;
  #stopListening: () => void = () => undefined;

  constructor(entries: readonly BatchEntry[]) {
    this.#entries = entries;
    this.#results = entries.map(() => ({ rows: [], command: '' }));
  }

  /** Called by pg when it is this batch's turn on the connection. */
  submit(connection: pg.Connection): void {
    const wire = connection as unknown as Wire;
    const known = shapesOf.get(connection);
    if (known) this.#shapes = known;
    else shapesOf.set(connection, this.#shapes);
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
    if (!this.#shapes.has(name)) wire.describe({ type: 'P', name: '' });
    wire.execute({ portal: '' });
  }

  handleRowDescription({ fields }: { fields: readonly { name: string; dataTypeID: number }[] }): void {
    this.#shapes.set(this.#name, shapeFrom(fields));
  }

  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    const { names, parsers } = this.#shapes.get(this.#name)!;
    const row: Record<string, unknown> = {};
    try {
      fields.forEach((text, index) => {
        row[names[index]!] = text === null ? null : parsers[index]!(text);
      });
      this.#results[this.#current]!.rows.push(row);
    } catch (error) {
      this.#failure = error as Error;
    }
  }

  handleCommandComplete({ text }: { text: string }): void {
    // It was described, and no description of rows came: it has none.
    if (!this.#shapes.has(this.#name)) this.#shapes.set(this.#name, NO_ROWS);
    this.#results[this.#current]!.command = text.split(' ', 1)[0]!;
    this.#current += 1;
  }

  get #name(): string {
    return this.#entries[this.#current]!.statement.name;
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

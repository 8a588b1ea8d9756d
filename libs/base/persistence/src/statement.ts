/** A named SQL statement: prepared once per connection under its name, and known by it in logs. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** Names a statement; the name must be unique in the program, `store.function` by custom. */
export function sql(name: string, text: string): Statement {
  return { name, text };
}

/** A row of parameters, by column. Arrays and objects go as text: a column of `jsonb` takes JSON text. */
export type ParameterRow<Column extends string = string> = Readonly<
  Record<Column, string | number | boolean | Date | Buffer | null>
>;

/** A statement over rows of parameters: what is asked several times in one wave of a transaction runs once, over all rows. */
export interface RowsStatement<Column extends string = string> {
  readonly columns: readonly Column[];
  /** For a single row: plain parameters, which Postgres plans and runs as if they stood there. */
  readonly one: Statement;
  /** For any number of rows: a parameter is the array of a column. */
  readonly many: Statement;
}

/**
 * Names a statement over rows. `columns` are their names and types; `text` gets what to put behind FROM: a relation `n` of
 * these columns and of `at`, the number of the row, from 1. What is read must answer `at`, so that each asker gets his own.
 */
export function sqlOfRows<Column extends string>(
  name: string,
  columns: Readonly<Record<Column, string>>,
  text: (rows: string) => string,
): RowsStatement<Column> {
  const names = Object.keys(columns) as Column[];
  const single = names.map((column, index) => `$${index + 1}::${columns[column]} as ${column}`).join(', ');
  const arrays = names.map((column, index) => `$${index + 1}::${columns[column]}[]`).join(', ');
  const unnested = `unnest(${arrays}) with ordinality as given (${names.join(', ')}, at)`;
  return {
    columns: names,
    one: sql(name, text(`(select ${single}, 1::bigint as at) as n`)),
    many: sql(`${name}_of_many`, text(`(select * from ${unnested} where ${FEW}) as n`)),
  };
}

/**
 * True of every row, and Postgres expects it of one in two hundred. By its own guess of ten rows it would read a table that
 * is still small wholly rather than by its key, and keep to that plan while the table grows.
 */
const FEW = 'at = abs(at)';

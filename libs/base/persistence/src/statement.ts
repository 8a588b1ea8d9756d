/** A named SQL statement: prepared once per connection under its name, and known by it in logs. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** Names a statement; the name must be unique in the program, `store.function` by custom. */
export function sql(name: string, text: string): Statement {
  return { name, text };
}

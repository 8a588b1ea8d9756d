import pg from 'pg';

/** A named statement is prepared once per connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
  readonly values?: unknown[];
}

type Rows = readonly Record<string, unknown>[];

/** Connections on which statements are sent without waiting for the answer to the one before. */
export function connections(url: string, most: number): pg.Pool {
  return new pg.Pool({ connectionString: url, max: most, pipeline: true, application_name: 'bench-bare' });
}

/** All of these in one go: one round trip, whose answers are the rows of each. */
export async function send(client: pg.PoolClient, ...statements: readonly Statement[]): Promise<readonly Rows[]> {
  const answers = await Promise.all(statements.map((statement) => client.query<Record<string, unknown>>(statement)));
  return answers.map(({ rows }) => rows);
}

export const commit: Statement = { name: 'commit', text: 'commit' };

/** How every transaction begins: as one team, outside of whose rows it sees nothing. */
export function beginAs(teamId: string): readonly Statement[] {
  const become = { name: 'become', text: `select set_config('bare.team_id', $1, true)`, values: [teamId] };
  return [{ name: 'begin', text: 'begin' }, become];
}

/** Lends a connection; one on which anything failed is closed, and its transaction with it. */
export async function lend<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let whole = false;
  try {
    const done = await work(client);
    whole = true;
    return done;
  } finally {
    client.release(!whole);
  }
}

/** A whole transaction in one round trip; hands back the rows of its statements. */
export async function transact(pool: pg.Pool, teamId: string, ...statements: Statement[]): Promise<readonly Rows[]> {
  const answers = await lend(pool, (client) => send(client, ...beginAs(teamId), ...statements, commit));
  return answers.slice(2, -1);
}

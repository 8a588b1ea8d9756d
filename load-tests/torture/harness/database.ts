import pg from 'pg';
import { credentials } from '../../bench/harness/stack.ts';

/**
 * Postgres beside the platform and past row-level security: what a run that breaks things judges by, and where it sets
 * the scene. One connection; when it breaks, the query under way fails and so does every later one.
 */
export class Database {
  readonly #client: pg.Client;
  /** One statement after the other: a client that is asked while it works is a thing of the past for pg. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(withinMs: number) {
    const connectionString = credentials().databaseAdminUrl;
    const options = { connectionString, application_name: 'keelson-torture', connectionTimeoutMillis: withinMs };
    this.#client = new pg.Client(options);
    // Without a listener a broken connection would end the process; its queries say it too.
    this.#client.on('error', () => undefined);
  }

  /** Throws when Postgres does not take the connection in time. */
  static async connect({ withinMs = 30_000 }: { readonly withinMs?: number } = {}): Promise<Database> {
    const database = new Database(withinMs);
    try {
      await database.#client.connect();
      return database;
    } catch (error) {
      await database.end().catch(() => undefined);
      throw error;
    }
  }

  async rows<Row extends object>(statement: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    const asked = this.#turn.then(() => this.#client.query<Row>(statement, [...parameters]));
    this.#turn = asked.catch(() => undefined);
    return (await asked).rows;
  }

  /** The first row; throws when there is none. */
  async row<Row extends object>(statement: string, parameters: readonly unknown[] = []): Promise<Row> {
    const [first] = await this.rows<Row>(statement, parameters);
    if (first === undefined) throw new Error(`no row: ${statement}`);
    return first;
  }

  async end(): Promise<void> {
    await this.#client.end();
  }
}

import type { Channel } from '@keelson/contracts';
import { sql } from '@keelson/persistence';
import type { TestDatabase } from '@keelson/testkit';

const AFTER = sql(
  'test.events_after',
  `select channel, stream_offset::int as place from stream_events
    where (channel = 'orders' and stream_offset > $1) or (channel = 'trades' and stream_offset > $2)
       or (channel = 'ledger' and stream_offset > $3)
    order by channel, stream_offset`,
);

/**
 * Reads a team's event log as a client that resumes does: all after the last offset that it saw, again and again, through
 * every crash. An event that became visible behind its back, below an offset that it has seen, is never read.
 */
export class LogReader {
  readonly #database: TestDatabase;
  readonly #teamId: string;
  readonly #seen: Record<Channel, number[]> = { orders: [], trades: [], ledger: [], system: [] };
  #stopped = false;
  #reading: Promise<void> = Promise.resolve();

  constructor(database: TestDatabase, teamId: string) {
    this.#database = database;
    this.#teamId = teamId;
  }

  start(): void {
    this.#reading = this.#read();
  }

  /** Reads to the end, then stops: the offsets that were seen, in the order of seeing. */
  async stop(): Promise<Readonly<Record<Channel, readonly number[]>>> {
    this.#stopped = true;
    await this.#reading;
    await this.#readOnce();
    return this.#seen;
  }

  async #read(): Promise<void> {
    while (!this.#stopped) {
      // Postgres is away: a client connects anew and goes on where it was.
      await this.#readOnce().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async #readOnce(): Promise<void> {
    const { orders, trades, ledger } = this.#seen;
    const last = [orders, trades, ledger].map((offsets) => offsets.at(-1) ?? 0);
    const rows = await this.#database.db.transaction(this.#teamId, (tx) =>
      tx.query<{ channel: Channel; place: number }>(AFTER, last),
    );
    for (const { channel, place } of rows) this.#seen[channel].push(place);
  }
}

import { type Duration, milliseconds } from '@keelson/kernel';
import type { Database } from '@keelson/persistence';
import { type BreakerNumbers, recordFailure, recordSuccess } from './circuit.store.ts';

/** When a venue is left alone (INF-FR-011): so many failures in a row within so long, for so long. */
export interface BreakerSettings {
  readonly failures: number;
  readonly within: Duration;
  readonly coolDown: Duration;
}

export const BREAKER: BreakerSettings = { failures: 3, within: '5 minutes', coolDown: '10 minutes' };

/** What became of a venue's circuit. */
export type CircuitChange =
  | { readonly broker: string; readonly to: 'open'; readonly reason: string }
  | { readonly broker: string; readonly to: 'closed' };

/**
 * The circuit of each venue, shared by all processes: its state is a row in Postgres that every claim reads in its own
 * statement, so that nothing leaves anywhere once it is open. Orders then wait, and expire; cancels and queries go on.
 * After the cool-down one claim passes as a probe: its success closes the circuit, its failure opens it again.
 */
export class CircuitBreaker {
  readonly #database: Database;
  readonly #numbers: BreakerNumbers;
  readonly #onChange: (change: CircuitChange) => void;
  readonly #open = new Set<string>();

  constructor(database: Database, settings: BreakerSettings, onChange: (change: CircuitChange) => void) {
    this.#database = database;
    const { failures, within, coolDown } = settings;
    this.#numbers = { failures, withinMs: milliseconds(within), coolDownMs: milliseconds(coolDown) };
    this.#onChange = onChange;
  }

  /** A command to the venue came to no definitive end. */
  async failed(broker: string, reason: string): Promise<void> {
    const open = await this.#database.platform((tx) => recordFailure(tx, broker, this.#numbers, reason.slice(0, 500)));
    if (open && !this.#open.has(broker)) this.#onChange({ broker, to: 'open', reason });
    if (open) this.#open.add(broker);
  }

  /** A command did, of which the claim said that failures are outstanding. */
  async succeeded(broker: string): Promise<void> {
    const resumed = await this.#database.platform((tx) => recordSuccess(tx, broker));
    this.#open.delete(broker);
    if (resumed) this.#onChange({ broker, to: 'closed' });
  }
}

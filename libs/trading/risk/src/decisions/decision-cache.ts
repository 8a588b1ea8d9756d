import { type Duration, type Id, milliseconds } from '@keelson/kernel';
import type { Database } from '@keelson/persistence';
import type { AheadDecision, DecisionKey, DecisionSource } from './decision-source.ts';
import { readDecisions } from './decisions.store.ts';

interface Entry extends AheadDecision {
  readonly expiresAt: number;
}
interface TeamDecisions {
  entries: ReadonlyMap<string, Entry>;
  /** On the monotonic clock of this process. */
  readAt: number;
  reading: boolean;
}

/** Much shorter than decisions last: what the table says reaches the order path within this. */
const READ_AGAIN_AFTER: Duration = '5 seconds';
const MOST_TEAMS = 5_000;

/**
 * Decisions made ahead, in this process. `find` is a look into memory and never waits: a team that is not here yet, or
 * was read a while ago, is read behind the signal's back and serves the next one. A decision past its end is none.
 */
export class DecisionCache implements DecisionSource {
  readonly #database: Database;
  readonly #onError: (error: unknown) => void;
  readonly #teams = new Map<Id, TeamDecisions>();
  #reads: Promise<void> = Promise.resolve();

  constructor(database: Database, onError: (error: unknown) => void) {
    this.#database = database;
    this.#onError = onError;
  }

  find(key: DecisionKey, now: Date): AheadDecision | undefined {
    const team = this.#team(key.teamId);
    if (!team.reading && performance.now() - team.readAt >= milliseconds(READ_AGAIN_AFTER))
      this.#read(key.teamId, team);
    const entry = team.entries.get(keyOf(key));
    if (!entry || entry.expiresAt <= now.getTime()) return undefined;
    return { decision: entry.decision, reason: entry.reason };
  }

  /** Resolves when what was being read so far is here. */
  settled(): Promise<void> {
    return this.#reads;
  }

  #team(teamId: Id): TeamDecisions {
    const known = this.#teams.get(teamId);
    if (known) return known;
    if (this.#teams.size >= MOST_TEAMS) this.#teams.clear();
    const team: TeamDecisions = { entries: new Map(), readAt: -Infinity, reading: false };
    this.#teams.set(teamId, team);
    return team;
  }

  #read(teamId: Id, team: TeamDecisions): void {
    team.reading = true;
    const read = this.#database
      .transaction(teamId, (tx) => readDecisions(tx, teamId))
      .then((rows) => {
        team.entries = new Map(
          rows.map(({ decision, reason, expires_at: end, ...row }) => [
            keyOf(row),
            { decision, reason, expiresAt: end.getTime() },
          ]),
        );
      })
      // What is here stays good until its end; then the rules decide alone.
      .catch(this.#onError)
      .finally(() => {
        team.readAt = performance.now();
        team.reading = false;
      });
    this.#reads = Promise.all([this.#reads, read]).then(() => undefined);
  }
}

function keyOf({ strategy, symbol, regime }: Pick<DecisionKey, 'strategy' | 'symbol' | 'regime'>): string {
  return `${regime}\n${symbol}\n${strategy}`;
}

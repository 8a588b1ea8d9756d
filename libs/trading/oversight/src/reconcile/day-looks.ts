import type { Id } from '@keelson/kernel';
import { AGAIN_MS, DAY_LOOK_SHARE } from './cadence.ts';
import { type Difference, isOfHoldings, keyOf } from './difference.ts';

interface DayLook {
  /** When the next one may be taken. */
  readonly againAt: number;
  /** What differs in what is held though the whole day was looked at; undefined where that came to no end. */
  readonly unexplained: ReadonlySet<string> | undefined;
}

/**
 * When an account's whole day of executions is compared, and not only what is new: they alone say why what is held differs.
 * That costs in proportion to the day, so each account has it at a pace that leaves its venue and our database to the
 * others. Each process keeps this for itself; one that knows nothing of an account takes such a look first.
 */
export class DayLooks {
  readonly #looks = new Map<Id, DayLook>();
  readonly #now: () => number;

  /** @param now milliseconds that only go forwards */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** True while something differs in what is held that no such look left unexplained. */
  wanted(accountId: Id, differences: readonly Difference[]): boolean {
    const unexplained = this.#looks.get(accountId)?.unexplained;
    return differences.some((difference) => isOfHoldings(difference) && !unexplained?.has(keyOf(difference)));
  }

  /** Whether the account may have one now. It then counts as taken, and until it is done as one that came to no end. */
  take(accountId: Id): boolean {
    const look = this.#looks.get(accountId);
    if (look && this.#now() < look.againAt) return false;
    this.#looks.set(accountId, { againAt: this.#now() + AGAIN_MS.day, unexplained: undefined });
    return true;
  }

  /** @param tookMs its own length, without the pauses in it */
  done(accountId: Id, tookMs: number, proven: readonly Difference[]): void {
    const againAt = this.#now() + Math.max(AGAIN_MS.day, tookMs / DAY_LOOK_SHARE);
    this.#looks.set(accountId, { againAt, unexplained: new Set(proven.filter(isOfHoldings).map(keyOf)) });
  }

  /** True where a look at the whole day did not say why it differs, or could not be had: then a person is asked. */
  leftOpen(accountId: Id, difference: Difference): boolean {
    const look = this.#looks.get(accountId);
    return look !== undefined && (look.unexplained === undefined || look.unexplained.has(keyOf(difference)));
  }

  /** Nothing of the account differs: what was unexplained is of the past. */
  agreed(accountId: Id): void {
    const look = this.#looks.get(accountId);
    if (!look) return;
    if (this.#now() < look.againAt) this.#looks.set(accountId, { ...look, unexplained: new Set() });
    else this.#looks.delete(accountId);
  }
}

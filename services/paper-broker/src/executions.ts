import { invariant } from '@keelson/kernel';
import type { EventRecord, SilentRecord } from './records.ts';

/** Where a fill is written: the `seq` of its event, or the line itself when it was never told. */
type Place = number | SilentRecord;

/** What became of a fill after it was told. */
export type Amendment = { readonly quantity: string; readonly price: string } | 'busted';

interface Index {
  readonly at: number[];
  readonly places: Place[];
}

/** The fills of each account in the order of time, and what was changed of them since. Sixteen bytes a fill. */
export class Executions {
  readonly #accounts = new Map<string, Index>();
  readonly #amendments = new Map<string, Amendment>();

  add(event: EventRecord | SilentRecord): void {
    let index = this.#accounts.get(event.account);
    if (index === undefined) this.#accounts.set(event.account, (index = { at: [], places: [] }));
    index.at.push(Date.parse(event.at));
    index.places.push(event.kind === 'event' ? event.seq : event);
  }

  amend(executionId: string, amendment: Amendment): void {
    invariant(this.#amendments.get(executionId) !== 'busted', 'A busted execution is changed no more');
    this.#amendments.set(executionId, amendment);
  }

  amendment(executionId: string): Amendment | undefined {
    return this.#amendments.get(executionId);
  }

  /** Fills of an account from a moment on (milliseconds since 1970), oldest first, after the first `skip` of them. */
  since(account: string, moment: number, skip: number, limit: number): readonly Place[] {
    const index = this.#accounts.get(account);
    if (index === undefined) return [];
    const first = firstFrom(index.at, moment) + skip;
    return index.places.slice(first, first + limit);
  }
}

/** Position of the first time that is not before `moment`. */
function firstFrom(times: readonly number[], moment: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! < moment) low = middle + 1;
    else high = middle;
  }
  return low;
}

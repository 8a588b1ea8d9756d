import type { Message } from '@keelson/contracts';
import type { Id } from '@keelson/kernel';
import type { StepHandler } from '@keelson/messaging';

/** How long an account counts as active after its last order. */
const ACTIVE_MS = 60_000;

/** Which accounts traded in this process lately. A hint that costs no round trip: losing it only makes looks rarer. */
export class Activity {
  readonly #lastMs = new Map<Id, number>();
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  note(accountId: Id): void {
    this.#lastMs.set(accountId, this.#now());
  }

  has(accountId: Id): boolean {
    const last = this.#lastMs.get(accountId);
    return last !== undefined && this.#now() - last < ACTIVE_MS;
  }

  /** Accounts that are active now; others are forgotten. */
  list(): readonly Id[] {
    for (const accountId of this.#lastMs.keys()) if (!this.has(accountId)) this.#lastMs.delete(accountId);
    return [...this.#lastMs.keys()];
  }
}

/** The last step of the flow, which also notes whose orders changed. */
export function noting<Context>(activity: Activity, publish: StepHandler<Context>): StepHandler<Context> {
  return {
    ...publish,
    handle(message: Message, context, work) {
      if (message.type === 'order.changed') activity.note(message.payload.accountId);
      return publish.handle(message, context, work);
    },
  };
}

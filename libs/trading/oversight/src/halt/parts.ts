import type { Broker } from '@keelson/brokers';
import type { Owner, WakeUp } from '@keelson/messaging';
import type { Database } from '@keelson/persistence';
import type { Announce } from '@keelson/risk';
import type { HaltAccount } from './halt.ts';

/** What a halt needs of the process that drives it. */
export interface HaltParts {
  readonly database: Database;
  /** This process as a holder of leases; its session shows the others whether it lives. */
  readonly owner: Owner;
  readonly brokers: ReadonlyMap<string, Broker>;
  readonly announce: Announce;
  /** Runs a waiting submit_order here: claim, call, record. The sweep of any worker would do it too, a moment later. */
  readonly run: (wakeUp: WakeUp) => Promise<unknown>;
  readonly onError: (error: unknown) => void;
}

/** The venue of an account; undefined where this process has no way to it. */
export function brokerOf({ brokers }: Pick<HaltParts, 'brokers'>, { broker }: HaltAccount): Broker | undefined {
  return brokers.get(broker);
}

/** Works on all items, so many at once; the results in the order of the items. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const runner = async (): Promise<void> => {
    while (next < items.length) {
      const index = next;
      next += 1;
      results[index] = await work(items[index]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, runner));
  return results;
}

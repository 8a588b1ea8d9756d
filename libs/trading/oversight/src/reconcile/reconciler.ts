import type { Broker } from '@keelson/brokers';
import type { Id } from '@keelson/kernel';
import type { Owner } from '@keelson/messaging';
import { checkAccount, type CheckParts, type CheckResult } from './account-check.ts';
import type { Activity } from './activity.ts';
import { AGAIN_MS, looksPerSecond, RETRY_MS } from './cadence.ts';
import { DayLooks } from './day-looks.ts';
import { failCheck, joinFleet, type LeasedAccount, takeDue } from './schedule.store.ts';

export interface ReconcilerParts extends Omit<CheckParts, 'dayLooks'> {
  readonly owner: Owner;
  readonly brokers: ReadonlyMap<string, Broker>;
  readonly activity: Activity;
  readonly onError: (error: unknown) => void;
  /** Told of every comparison that ended. */
  readonly onChecked?: (account: LeasedAccount, result: CheckResult) => void;
}

/** How often due accounts are looked for. */
const TICK_MS = 250;
/** Longer than a comparison with two slow looks; a process that dies in between is followed after this. */
const LEASE_MS = 15_000;
/** Comparisons under way at once in one process; most of their time they wait. */
const MOST_AT_ONCE = 32;

/**
 * Compares accounts with their venues, again and again: each one under a lease of its own, so that any number of
 * processes share the work. What is due is one statement for all accounts together.
 */
export class Reconciler {
  readonly #parts: ReconcilerParts;
  readonly #running = new Map<Id, Promise<void>>();
  /** Looks that each venue's limit leaves room for now. */
  readonly #room = new Map<string, number>();
  readonly #dayLooks = new DayLooks();
  #filledAt = performance.now();
  #joinedAs: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(parts: ReconcilerParts) {
    this.#parts = parts;
  }

  /** Joins the fleet: the first process of it makes every account unknown, before it takes any work. Then compares. */
  async start(): Promise<void> {
    await this.#join(true);
    this.#tick();
  }

  /** Takes up nothing more, and waits for what is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#round;
    await Promise.all(this.#running.values());
  }

  #tick(): void {
    this.#round = this.#takeUp()
      .catch(this.#parts.onError)
      .finally(() => {
        if (!this.#stopped) this.#timer = setTimeout(() => this.#tick(), TICK_MS);
      });
  }

  async #join(starting: boolean): Promise<void> {
    const { database, owner } = this.#parts;
    const { number } = owner;
    await database.relay((tx) => joinFleet(tx, number, starting));
    this.#joinedAs = number;
  }

  async #takeUp(): Promise<void> {
    const { database, owner, activity } = this.#parts;
    if (!owner.alive || this.#stopped) return;
    if (this.#joinedAs !== owner.number) await this.#join(false);
    const brokers = this.#withRoom();
    const limit = Math.min(
      MOST_AT_ONCE - this.#running.size,
      ...brokers.map((name) => Math.floor(this.#room.get(name)!)),
    );
    if (brokers.length === 0 || limit < 1) return;
    const accounts = await database.relay((tx) =>
      takeDue(tx, {
        ...{ owner: owner.number, leaseMs: LEASE_MS, limit, brokers },
        active: activity.list().filter((accountId) => !this.#running.has(accountId)),
        activePauseMs: AGAIN_MS.active,
      }),
    );
    for (const account of accounts) this.#compare(account);
  }

  /** Venues whose limit leaves room for at least one look; the room grows with time, up to that of a second. */
  #withRoom(): string[] {
    const now = performance.now();
    const seconds = (now - this.#filledAt) / 1_000;
    this.#filledAt = now;
    const names: string[] = [];
    for (const [name, { capabilities }] of this.#parts.brokers) {
      const rate = looksPerSecond(capabilities);
      const most = Math.max(1, rate);
      const room = Math.min(most, (this.#room.get(name) ?? most) + rate * seconds);
      this.#room.set(name, room);
      if (room >= 1) names.push(name);
    }
    return names;
  }

  #compare(account: LeasedAccount): void {
    const { broker, accountId } = account;
    this.#room.set(broker, this.#room.get(broker)! - 1);
    const run = this.#check(account)
      .catch(this.#parts.onError)
      .finally(() => this.#running.delete(accountId));
    this.#running.set(accountId, run);
  }

  async #check(account: LeasedAccount): Promise<void> {
    const { database, brokers, activity, onChecked } = this.#parts;
    const fail = (why: string) =>
      database.transaction(account.teamId, async (tx) => failCheck(tx, account, why, RETRY_MS));
    const active = activity.has(account.accountId);
    const result = await checkAccount(
      { ...this.#parts, dayLooks: this.#dayLooks },
      brokers.get(account.broker)!,
      account,
      active,
    ).catch(async (error: unknown) => {
      // Whatever broke, nobody knows the account now; it is looked at again.
      await fail((error as Error).message).catch(this.#parts.onError);
      throw error;
    });
    if (result.outcome === 'unavailable') await fail(result.reason);
    onChecked?.(account, result);
  }
}

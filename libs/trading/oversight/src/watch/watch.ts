import { recordAudit } from '@keelson/access/audit';
import { type Clock, systemClock } from '@keelson/kernel';
import { accountDayOf } from '@keelson/market';
import type { Lease, Owner } from '@keelson/messaging';
import type { Database } from '@keelson/persistence';
import { type Announce, scopeKey } from '@keelson/risk';
import { requestHalt } from '../halt/block.ts';
import type { Halt } from '../halt/halt.ts';
import { type Finding, judgeErrors, judgeLoss, judgeQuote, judgeRate, judgeSilence } from './rules.ts';
import { readErrors, readLosses, readQuoteAges, readRates, readSilences } from './watch.store.ts';

export interface WatchParts {
  readonly database: Database;
  readonly owner: Owner;
  /** One process watches, however many could: beat, or any worker while beat is dead. */
  readonly lease: Lease;
  readonly announce: Announce;
  readonly clock?: Clock;
  /** Told of each halt that was pulled, so that a process with a way to the venues drives it at once. */
  readonly onHalt?: (halt: Halt) => void;
  readonly onError: (rule: string, error: unknown) => void;
}

interface WatchRule {
  readonly name: string;
  readonly everyMs: number;
  look(): Promise<readonly (Finding | undefined)[]>;
}

/** Also how soon a place without a watch is looked for. */
const TICK_MS = 200;

/** Looks at what happens, and halts what must not go on. Each rule is a statement for the facts and a pure judgement. */
export class Watch {
  readonly #parts: WatchParts;
  readonly #rules: readonly WatchRule[];
  readonly #due = new Map<string, number>();
  readonly #failed = new Set<string>();
  #held = false;
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;
  #tick: Promise<void> = Promise.resolve();

  constructor(parts: WatchParts) {
    this.#parts = parts;
    const { database, clock = systemClock } = parts;
    this.#rules = [
      { name: 'runaway', everyMs: 200, look: async () => (await database.platform(readRates)).map(judgeRate) },
      { name: 'dead_man', everyMs: 400, look: async () => (await database.relay(readSilences)).map(judgeSilence) },
      {
        name: 'daily_loss',
        everyMs: 400,
        look: async () => {
          const today = accountDayOf(clock.now());
          return (await database.platform((tx) => readLosses(tx, today))).map(judgeLoss);
        },
      },
      { name: 'error_rate', everyMs: 1_000, look: async () => (await database.platform(readErrors)).map(judgeErrors) },
      {
        name: 'stale_feed',
        everyMs: 1_000,
        look: async () => (await database.platform((tx) => readQuoteAges(tx, clock.now()))).map(judgeQuote),
      },
    ];
  }

  /** True while this process is the one that watches. */
  get active(): boolean {
    return this.#held;
  }

  start(): void {
    this.#tick = this.#look().finally(() => {
      if (!this.#stopped) this.#timer = setTimeout(() => this.start(), TICK_MS);
    });
  }

  /** Watches no more, and lets the next one begin at once. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#tick;
    if (this.#held) await this.#parts.lease.release().catch((error: unknown) => this.#parts.onError('lease', error));
    this.#held = false;
  }

  async #look(): Promise<void> {
    try {
      this.#held = (await this.#parts.lease.hold()) !== undefined;
    } catch (error) {
      // Without Postgres nobody trades either: a claim is a commit.
      this.#held = false;
      this.#report('lease', error);
      return;
    }
    if (!this.#held) return;
    const now = performance.now();
    const due = this.#rules.filter(({ name }) => (this.#due.get(name) ?? 0) <= now);
    await Promise.all(due.map((rule) => this.#apply(rule, now)));
  }

  /** A rule that cannot look halts nothing by itself; that it cannot is told once, until it can again. */
  async #apply({ name, everyMs, look }: WatchRule, now: number): Promise<void> {
    this.#due.set(name, now + everyMs);
    try {
      for (const finding of await look()) if (finding) await this.#halt(finding);
      this.#failed.delete(name);
    } catch (error) {
      this.#report(name, error);
    }
  }

  async #halt(finding: Finding): Promise<void> {
    const { database, announce, onHalt } = this.#parts;
    const actor = `watch: ${finding.origin}`;
    const halt = await requestHalt(database, { ...finding, actor }, announce);
    onHalt?.(halt);
    const { teamId } = finding.scope;
    await database.transaction(teamId, async (tx) => {
      const details = { halt_id: halt.haltId, rule: finding.origin };
      const subject = scopeKey(finding.scope);
      recordAudit(tx, { teamId, actor, action: 'trading.halt', subject, reason: finding.reason, details });
    });
  }

  #report(rule: string, error: unknown): void {
    if (this.#failed.has(rule)) return;
    this.#failed.add(rule);
    this.#parts.onError(rule, error);
  }
}

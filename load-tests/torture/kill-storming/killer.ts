import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { credentials, type Processes } from '../../bench/harness/stack.ts';
import type { Journal } from '../harness/journal.ts';
import { SeededRandom } from '../harness/random.ts';
import { killNow, running, targetOf, tell, victims } from './victims.ts';

export interface KillLine {
  readonly act: 'kill' | 'freeze' | 'thaw' | 'wipe';
  readonly instance: string;
  readonly pids: readonly number[];
  readonly forMs?: number;
}

export interface KillerSettings {
  readonly seed: number;
  readonly kills: number;
  readonly freezeMs: readonly [least: number, most: number];
}

/** The supervisor gives up what dies eleven times within a minute; that is its own rule, and not what is asked here. */
const MOST_DEATHS_A_MINUTE = 8;
const FREEZE_SHARE = 0.1;
const WIPE_SHARE = 0.05;

/** Kills, freezes and wipes at random moments until enough died and nobody sends any more. */
export class Killer {
  readonly #settings: KillerSettings;
  readonly #journal: Journal<KillLine>;
  readonly #random: SeededRandom;
  readonly #deaths = new Map<string, number[]>();
  readonly #frozen = new Map<string, { pids: readonly number[]; until: number }>();
  #kills = 0;

  constructor(settings: KillerSettings, journal: Journal<KillLine>) {
    this.#settings = settings;
    this.#journal = journal;
    this.#random = new SeededRandom(settings.seed ^ 0x5bd1e995);
  }

  /** Resolves with the moment of the last kill, in milliseconds since the epoch; nothing is frozen any more then. */
  async run(done: () => boolean): Promise<{ kills: number; lastAt: number }> {
    try {
      while (this.#kills < this.#settings.kills || !done()) {
        await sleep(this.#random.between(500, 3_000));
        this.#thaw(Date.now());
        await this.#strike();
      }
    } finally {
      this.#thaw(Infinity);
    }
    return { kills: this.#kills, lastAt: Date.now() };
  }

  async #strike(): Promise<void> {
    const [name, drawn, which] = [this.#random.pick(victims), this.#random.next(), this.#random.next()];
    const living = (await running()).filter((one) => one.name === name && !this.#tired(one.instance));
    const one = living[Math.floor(which * living.length)];
    if (!one) return;
    if (drawn < FREEZE_SHARE && this.#frozen.size === 0) return this.#freeze(one);
    if (name === 'redis' && drawn < FREEZE_SHARE + WIPE_SHARE * victims.length) await this.#wipe(one);
    // A frozen process dies like any other; it must not be thawed afterwards, when its pid may be another's.
    this.#frozen.delete(one.instance);
    const { instance, pids } = await killNow(one);
    this.#kills += 1;
    this.#deaths.set(instance, [...(this.#deaths.get(instance) ?? []), Date.now()]);
    this.#journal.append({ act: 'kill', instance, pids });
  }

  #tired(instance: string): boolean {
    const recent = (this.#deaths.get(instance) ?? []).filter((at) => at > Date.now() - 60_000);
    return recent.length >= MOST_DEATHS_A_MINUTE;
  }

  async #freeze(one: Processes[number]): Promise<void> {
    const forMs = Math.round(this.#random.between(...this.#settings.freezeMs));
    const { instance, pids } = await targetOf(one);
    for (const pid of pids) tell(pid, 'SIGSTOP');
    this.#frozen.set(instance, { pids, until: Date.now() + forMs });
    this.#journal.append({ act: 'freeze', instance, pids, forMs });
  }

  #thaw(now: number): void {
    for (const [instance, { pids, until }] of this.#frozen) {
      if (until > now) continue;
      for (const pid of pids) tell(pid, 'SIGCONT');
      this.#frozen.delete(instance);
      this.#journal.append({ act: 'thaw', instance, pids });
    }
  }

  /** All that Redis holds is deleted; then it dies, so that what it would still have written is gone as well. */
  async #wipe({ instance, pid }: Processes[number]): Promise<void> {
    const redis = new Redis(credentials().redisUrl, {
      maxRetriesPerRequest: 0,
      retryStrategy: null,
      lazyConnect: true,
    });
    redis.on('error', () => undefined);
    try {
      await redis.connect();
      await redis.flushall();
      this.#journal.append({ act: 'wipe', instance, pids: [pid!] });
    } catch {
      // It died by itself a moment ago, or is not up yet: then nothing was wiped, and the journal says nothing.
    } finally {
      redis.disconnect();
    }
  }
}

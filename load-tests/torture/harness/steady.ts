import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchTeam } from '../../bench/harness/teams.ts';
import { Courier, type DeliveryLine, PlainAlerts } from './deliver.ts';
import type { Journal } from './journal.ts';

const TICK_MS = 10;

/** Sends alerts of some teams in turn at a steady rate until it is stopped, whatever becomes of the ones before. */
export class SteadySender {
  readonly #teams: readonly BenchTeam[];
  readonly #perSecond: number;
  readonly #alerts: PlainAlerts;
  readonly #courier: Courier;
  #stopped = false;
  #loop: Promise<void> = Promise.resolve();

  /** @param prefix makes the ids those of this run alone */
  constructor(teams: readonly BenchTeam[], perSecond: number, prefix: string, journal: Journal<DeliveryLine>) {
    this.#teams = teams;
    this.#perSecond = perSecond;
    this.#alerts = new PlainAlerts(prefix);
    this.#courier = new Courier(journal);
  }

  start(): void {
    this.#loop = this.#run();
  }

  /** Resolves with the sender's log, when nothing is under way any more. */
  async stop(): Promise<readonly DeliveryLine[]> {
    this.#stopped = true;
    await this.#loop;
    const log = await this.#courier.log();
    await this.#courier.end();
    return log;
  }

  async #run(): Promise<void> {
    const started = performance.now();
    for (let sent = 0; !this.#stopped; await sleep(TICK_MS)) {
      const due = Math.floor(((performance.now() - started) / 1_000) * this.#perSecond);
      for (; sent < due; sent += 1) {
        const team = this.#teams[sent % this.#teams.length]!;
        void this.#courier.deliver(team, this.#alerts.next(team));
      }
    }
  }
}

/** What became of deliveries at the door, by their sender. */
export function tallied(log: readonly DeliveryLine[]): Record<string, number> {
  const accepted = log.filter(({ status }) => status === 202).length;
  const unanswered = log.filter(({ status }) => status === undefined).length;
  return { sent: log.length, accepted, refused: log.length - accepted - unanswered, unanswered };
}

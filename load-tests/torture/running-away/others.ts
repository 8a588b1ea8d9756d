import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import type { BenchTeam } from '../../bench/harness/teams.ts';
import { VenueWitness } from '../harness/venue.ts';
import type { Journal } from '../harness/journal.ts';

/** One signal of somebody who does nothing wrong; without a status nobody answered. */
export interface OtherLine {
  readonly phase: string;
  /** Different for each: the venue writes it into its log. */
  readonly price: string;
  readonly sentAt: number;
  readonly status?: number;
}

const GIVES_UP_MS = 10_000;
/** A signal lives for a minute: what is not there by then never comes. */
const ARRIVES_WITHIN_MS = 65_000;
const FIRST_PRICE = 6_000;

/** Teams that trade at a steady rate all the time, and how long their signals take to the venue, by its own log. */
export class Others {
  readonly #teams: readonly BenchTeam[];
  readonly #perSecond: number;
  readonly #journal: Journal<OtherLine>;
  readonly #witnesses: readonly VenueWitness[];
  readonly #agent = new Agent({ connections: 16, pipelining: 1 });
  readonly #prefix = `others-${Date.now()}`;
  #sent = 0;

  constructor(teams: readonly BenchTeam[], perSecond: number, journal: Journal<OtherLine>) {
    this.#teams = teams;
    this.#perSecond = perSecond;
    this.#journal = journal;
    this.#witnesses = teams.map(({ accountId }) => new VenueWitness(accountId));
  }

  /** Sends for so long, under the name of a phase. */
  async trade(phase: string, forMs: number): Promise<void> {
    const started = performance.now();
    const count = Math.round((forMs / 1_000) * this.#perSecond);
    const open: Promise<void>[] = [];
    for (let index = 0; index < count; index += 1) {
      await sleep(Math.max(0, started + (index * 1_000) / this.#perSecond - performance.now()));
      open.push(this.#send(phase));
    }
    await Promise.all(open);
  }

  async end(): Promise<void> {
    await this.#agent.close();
  }

  async #send(phase: string): Promise<void> {
    this.#sent += 1;
    const team = this.#teams[this.#sent % this.#teams.length]!;
    const price = String(FIRST_PRICE + this.#sent * 0.25);
    const alert = { id: `${this.#prefix}-${this.#sent}`, ticker: 'CME_MINI:ES1!', action: 'buy', quantity: '1', price };
    const line = { phase, price, sentAt: Date.now() };
    try {
      const { statusCode, body } = await request(team.webhook_url, {
        ...{ method: 'POST', body: JSON.stringify({ key: team.webhook_key, ...alert, order_id: 'others' }) },
        ...{ headers: { 'content-type': 'application/json' }, dispatcher: this.#agent },
        signal: AbortSignal.timeout(GIVES_UP_MS),
      });
      await body.dump();
      this.#journal.append({ ...line, status: statusCode });
    } catch {
      this.#journal.append(line);
    }
  }

  /** Milliseconds from each send of a phase to its order in the venue's log; and how many of the accepted never came there. */
  async latencies(phase: string): Promise<{ times: number[]; missing: number }> {
    const sent = this.#journal.lines().filter((line) => line.phase === phase && line.status === 202);
    for (const end = Date.now() + ARRIVES_WITHIN_MS; ; await sleep(200)) {
      const arrived = await this.#arrivals();
      const times = sent.flatMap(({ price, sentAt }) => {
        const at = arrived.get(Number(price));
        return at === undefined ? [] : [Math.max(0, at - sentAt)];
      });
      if (times.length === sent.length || Date.now() > end) return { times, missing: sent.length - times.length };
    }
  }

  async #arrivals(): Promise<ReadonlyMap<number, number>> {
    const lines = (await Promise.all(this.#witnesses.map((witness) => witness.lines()))).flat();
    const orders = lines.filter(({ kind, outcome }) => kind === 'order' && outcome === 'accepted');
    return new Map(orders.map(({ reference_price, at }) => [Number(reference_price), Date.parse(at)]));
  }
}

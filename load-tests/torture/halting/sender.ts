import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import type { BenchTeam } from '../../bench/harness/teams.ts';

/** What the sender's own log says in the end. */
export interface Sent {
  readonly sent: number;
  readonly accepted: number;
  /** Not answered, or answered with anything but a 2xx: also while the api is frozen on purpose. */
  readonly refused: number;
}

const TICK_MS = 10;
const GIVES_UP_MS = 3_000;

/** Sends alerts at a steady rate until it is stopped, whatever becomes of the ones before. */
export class Sender {
  readonly #team: BenchTeam;
  readonly #perSecond: number;
  readonly #prefix: string;
  readonly #agent = new Agent({ connections: 64, pipelining: 1 });
  readonly #open = new Set<Promise<void>>();
  #stopped = false;
  #loop: Promise<void> = Promise.resolve();
  #sent = 0;
  #accepted = 0;
  #refused = 0;

  constructor(team: BenchTeam, perSecond: number, seed: number) {
    this.#team = team;
    this.#perSecond = perSecond;
    this.#prefix = `halt-${seed}-${Date.now()}`;
  }

  start(): void {
    this.#loop = this.#run();
  }

  async stop(): Promise<Sent> {
    this.#stopped = true;
    await this.#loop;
    await Promise.all(this.#open);
    await this.#agent.close();
    return { sent: this.#sent, accepted: this.#accepted, refused: this.#refused };
  }

  async #run(): Promise<void> {
    const started = performance.now();
    while (!this.#stopped) {
      const due = Math.floor(((performance.now() - started) / 1_000) * this.#perSecond);
      while (this.#sent < due) this.#send();
      await sleep(TICK_MS);
    }
  }

  #send(): void {
    this.#sent += 1;
    const side = this.#sent % 2 === 0 ? 'sell' : 'buy';
    const alert = { ticker: 'CME_MINI:ES1!', action: side, quantity: '1', price: '5000', order_id: 'torture' };
    const body = JSON.stringify({ key: this.#team.webhook_key, id: `${this.#prefix}-${this.#sent}`, ...alert });
    const open = this.#deliver(body).finally(() => this.#open.delete(open));
    this.#open.add(open);
  }

  async #deliver(body: string): Promise<void> {
    try {
      const { statusCode, body: answer } = await request(this.#team.webhook_url, {
        ...{ method: 'POST', body, headers: { 'content-type': 'application/json' }, dispatcher: this.#agent },
        signal: AbortSignal.timeout(GIVES_UP_MS),
      });
      await answer.dump();
      if (statusCode === 202) this.#accepted += 1;
      else this.#refused += 1;
    } catch {
      // A sender that gets no answer is refused too: the api may be frozen on purpose.
      this.#refused += 1;
    }
  }
}

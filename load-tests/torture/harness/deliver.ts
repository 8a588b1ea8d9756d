import { Agent, request } from 'undici';
import type { BenchTeam } from '../../bench/harness/teams.ts';
import type { Journal } from './journal.ts';

/**
 * What a signal is worth to the platform. `good` trades; `too_large` is accepted and denied by risk; the others must be
 * refused at the door, whatever dies meanwhile.
 */
export type SignalKind = 'good' | 'too_large' | 'wrong_key' | 'unknown_symbol';

/** A delivery as its sender saw it; without a status nobody answered, so nobody knows whether it arrived. */
export interface DeliveryLine {
  readonly id: string;
  /**
   * Different for each signal: the venue writes it into its own log, so a signal is known there without asking the
   * platform anything.
   */
  readonly price: string;
  readonly kind: SignalKind;
  readonly copy: number;
  /** The time that the alert itself carries, where it carries one: from then on it lives. */
  readonly sent_at?: string;
  readonly status?: number;
  readonly signal_id?: string;
  readonly problem?: string;
}

/** An alert as a charting service sends it, and what names it in the logs. */
export interface Delivery extends Pick<DeliveryLine, 'id' | 'price' | 'kind' | 'copy' | 'sent_at'> {
  readonly body: Readonly<Record<string, unknown>>;
}

const GIVES_UP_MS = 5_000;

/** Sends alerts, and writes into the sender's own log what was answered to each. Never throws. */
export class Courier {
  readonly #journal: Journal<DeliveryLine>;
  readonly #agent = new Agent({ connections: 64, pipelining: 1 });
  readonly #open = new Set<Promise<DeliveryLine>>();

  constructor(journal: Journal<DeliveryLine>) {
    this.#journal = journal;
  }

  deliver(team: BenchTeam, delivery: Delivery): Promise<DeliveryLine> {
    const sent = this.#deliver(team, delivery).finally(() => this.#open.delete(sent));
    this.#open.add(sent);
    return sent;
  }

  /** Every line that is in the log by now, once no delivery is under way any more. */
  async log(): Promise<readonly DeliveryLine[]> {
    await Promise.all(this.#open);
    return this.#journal.lines();
  }

  async end(): Promise<void> {
    await Promise.all(this.#open);
    await this.#agent.close();
  }

  async #deliver(team: BenchTeam, { body, ...line }: Delivery): Promise<DeliveryLine> {
    const written = { ...line, ...(await this.#answer(team, body)) };
    this.#journal.append(written);
    return written;
  }

  async #answer(
    team: BenchTeam,
    alert: Delivery['body'],
  ): Promise<Pick<DeliveryLine, 'status' | 'signal_id' | 'problem'>> {
    try {
      const { statusCode: status, body } = await request(team.webhook_url, {
        ...{ method: 'POST', body: JSON.stringify(alert), headers: { 'content-type': 'application/json' } },
        ...{ dispatcher: this.#agent, signal: AbortSignal.timeout(GIVES_UP_MS) },
      });
      const answer = await body.text();
      return status === 202
        ? { status, signal_id: (JSON.parse(answer) as { signal_id: string }).signal_id }
        : { status };
    } catch (error) {
      // The api may be frozen or killed on purpose: a sender that gets no answer is what such a run is about.
      return { problem: (error as Error).message };
    }
  }
}

const FIRST_PRICE = 5_000;
const TICK = 0.25;

/** Alerts that trade one contract each, every one known by its price. */
export class PlainAlerts {
  readonly #prefix: string;
  #made = 0;

  /** @param prefix makes the ids those of this run alone */
  constructor(prefix: string) {
    this.#prefix = `${prefix}-${Date.now()}`;
  }

  /** @param sentAt what the alert says of itself; now when it is left out */
  next(team: BenchTeam, sentAt = new Date()): Delivery {
    const [id, price] = [`${this.#prefix}-${this.#made}`, String(FIRST_PRICE + this.#made * TICK)];
    this.#made += 1;
    const alert = { ticker: 'CME_MINI:ES1!', action: this.#made % 2 === 0 ? 'sell' : 'buy', quantity: '1', price };
    const body = { key: team.webhook_key, id, time: sentAt.toISOString(), ...alert, order_id: 'torture' };
    return { id, price, kind: 'good', copy: 1, sent_at: sentAt.toISOString(), body };
  }
}

import type { BenchTeam } from '../../bench/harness/teams.ts';
import type { Courier, Delivery } from '../harness/deliver.ts';
import { until } from '../harness/scene.ts';
import { toVenue } from '../harness/venue.ts';
import type { ReconciliationBooks } from './books.ts';

/** Accounts of a busy platform are looked at in turn, and each look costs it something: no oftener than this. */
const PATIENCE = { withinMs: 60_000, everyMs: 150 };

/** An account that trades, and a desk at its venue that changes the book and tells nobody. */
export class Saboteur {
  readonly #team: BenchTeam;
  readonly #venue: string;
  readonly #books: ReconciliationBooks;
  readonly #courier: Courier;
  readonly #used = new Set<string>();
  #resting = 0;

  constructor(team: BenchTeam, venue: string, books: ReconciliationBooks, courier: Courier) {
    this.#team = team;
    this.#venue = venue;
    this.#books = books;
    this.#courier = courier;
  }

  /** One drift of each of the eight kinds, by name. */
  readonly kinds: Readonly<Record<string, () => Promise<void>>> = {
    missed_fill: async () => this.#change({ change: 'fill', order: await this.#rest() }),
    partial_fill: async () => this.#change({ change: 'fill', order: await this.#rest(), quantity: '1' }),
    cancelled_at_venue: async () => this.#change({ change: 'cancel', order: await this.#rest() }),
    duplicate_fill: async () => this.#change({ change: 'duplicate_fill', execution_id: await this.#executed() }),
    wrong_quantity: async () => {
      const correction = { execution_id: await this.#executed(), quantity: '1', price: '4321.25', told: false };
      await toVenue(this.#venue, '/v1/control/correct', correction);
    },
    extra_fill: () => this.#byHand({ type: 'market', reference_price: '5000' }),
    unknown_order: () => this.#byHand({ type: 'limit', limit_price: '900' }),
    late_fill: async () => {
      const order = await this.#rest();
      await this.#change({ change: 'cancel', order, told: true });
      const ended = async () => (await this.#books.status(order)) === 'cancelled';
      await until('the cancel is booked', ended, PATIENCE);
      await this.#change({ change: 'fill', order, quantity: '2' });
    },
  };

  /** An order of ours that stands at the venue; its price is its own, to be known by. */
  async #rest(): Promise<string> {
    this.#resting += 1;
    const price = (1_000 + this.#resting * 0.25).toString();
    const terms = { type: 'limit', limit_price: price, time_in_force: 'gtc' };
    const alert = { ticker: 'CME_MINI:ES1!', action: 'buy', quantity: '4', price: '5000', order_id: 'rest', ...terms };
    const id = `rest-${crypto.randomUUID()}`;
    const body = { key: this.#team.webhook_key, id, ...alert };
    await this.#send({ id, price, kind: 'good', copy: 1, body });
    let order: string | undefined;
    const stands = async () => (order = await this.#books.accepted(this.#team.accountId, price)) !== undefined;
    await until('a resting order stands', stands, PATIENCE);
    return order!;
  }

  /** Sent again, as every sender does, where a busy store did not take it in time: by its id it is one order. */
  async #send(delivery: Delivery): Promise<void> {
    const taken = async () => {
      const { status, problem } = await this.#courier.deliver(this.#team, delivery);
      if (status !== undefined && status >= 400 && status < 500)
        throw new Error(`a resting order was refused: ${problem ?? status}`);
      return status === 202;
    };
    await until('a resting order is accepted', taken, PATIENCE);
  }

  /** A booked execution that nothing was done to yet. */
  async #executed(): Promise<string> {
    let found: string | undefined;
    const some = async () =>
      (found = (await this.#books.executions(this.#team.accountId)).find((id) => !this.#used.has(id))) !== undefined;
    await until('an execution is booked', some, PATIENCE);
    this.#used.add(found!);
    return found!;
  }

  #change(change: Readonly<Record<string, unknown>>): Promise<void> {
    return toVenue(this.#venue, '/v1/control/book', change);
  }

  #byHand(terms: Readonly<Record<string, unknown>>): Promise<void> {
    const order = { account: this.#team.accountId, symbol: 'ES', side: 'buy', quantity: '1', told: false, ...terms };
    return toVenue(this.#venue, '/v1/control/orders', order);
  }
}

import { Decimal, decimalText, type Id } from '@keelson/kernel';
import { requestCancel, requestReplace, type ReplaceWish, type Requested } from '@keelson/orders';
import { until } from '@keelson/testkit';
import type { World } from './world.ts';

/** An order as our books have it, in words that a test can spell out. */
export interface Shown {
  readonly orderId: Id;
  readonly clientOrderId: string;
  readonly text: string;
}

const ORDERS = `
  select order_id, client_order_id, role, leg, revision, symbol, side, quantity, terms, status, filled_quantity, busted_quantity
    from keelson.orders where signal_id = $1 order by leg, revision`;

type OrderRow = Record<'client_order_id' | 'role' | 'side' | 'symbol' | 'status', string> &
  Record<'quantity' | 'filled_quantity' | 'busted_quantity', string> & {
    readonly order_id: Id;
    readonly revision: number;
    readonly terms: Readonly<Record<string, string>>;
  };

/** `entry.0 buy 10 ES limit 4990: cancelled, filled 4`. */
function tell(row: OrderRow): string {
  const { type, limitPrice, stopPrice } = row.terms;
  const terms = [type, stopPrice, limitPrice].filter((part) => part !== undefined).join(' ');
  const busted = Number(row.busted_quantity) === 0 ? '' : `, busted ${plain(row.busted_quantity)}`;
  const what = `${row.role}.${row.revision} ${row.side} ${plain(row.quantity)} ${row.symbol} ${terms}`;
  return `${what}: ${row.status}, filled ${plain(row.filled_quantity)}${busted}`;
}

function plain(amount: string): string {
  return decimalText(new Decimal(amount));
}

/** What a trader and a venue's staff do by hand, and what they then look at. */
export class Desk {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** The orders of a signal in our books. */
  async orders(signalId: Id): Promise<Shown[]> {
    const rows = await this.#world.database.admin<OrderRow>(ORDERS, [signalId]);
    return rows.map((row) => ({ orderId: row.order_id, clientOrderId: row.client_order_id, text: tell(row) }));
  }

  /** Waits until the orders of a signal are these, and nothing waits in the outbox. */
  async untilOrders(signalId: Id, wanted: readonly string[]): Promise<void> {
    const look = async () => {
      const [orders, waiting] = await Promise.all([this.orders(signalId), this.#world.waiting()]);
      return { orders: orders.map(({ text }) => text), waiting };
    };
    const goal = JSON.stringify({ orders: wanted, waiting: [] });
    await until(look, (now) => JSON.stringify(now) === goal);
  }

  /** Waits until so much of a signal's first order is filled in our books, whatever else waits. */
  async untilFilled(signalId: Id, quantity: string): Promise<void> {
    await until(
      () => this.orders(signalId),
      ([first]) => first?.text.endsWith(`filled ${quantity}`) === true,
    );
  }

  /** Waits until a signal has its first order. */
  async untilPlaced(signalId: Id): Promise<void> {
    await until(
      () => this.orders(signalId),
      (orders) => orders.length > 0,
    );
  }

  /** One order by how its line begins. */
  async order(signalId: Id, begins: string): Promise<Shown> {
    const found = (await this.orders(signalId)).find(({ text }) => text.startsWith(begins));
    if (!found) throw new Error(`No order of signal ${signalId} is ${begins}`);
    return found;
  }

  async price(symbol: string, price: string): Promise<void> {
    await this.#world.venue.post('/v1/control/prices', { symbol, price });
  }

  /** The venue fills part of an order, as it tells its clients. */
  async fill({ clientOrderId }: Shown, quantity: string, price: string): Promise<void> {
    const change = { change: 'fill', order: clientOrderId, quantity, price, told: true };
    await this.#world.venue.post('/v1/control/book', change);
  }

  /** The venue ends an order by itself. */
  async end({ clientOrderId }: Shown): Promise<void> {
    await this.#world.venue.post('/v1/control/book', { change: 'cancel', order: clientOrderId, told: true });
  }

  /** The venue takes back the execution that stands for a signal. */
  async bust(signalId: Id): Promise<void> {
    await this.#world.venue.post('/v1/control/bust', { execution_id: await this.#execution(signalId) });
  }

  /** The venue changes the execution that stands for a signal. */
  async correct(signalId: Id, quantity: string, price: string): Promise<void> {
    const execution = await this.#execution(signalId);
    await this.#world.venue.post('/v1/control/correct', { execution_id: execution, quantity, price });
  }

  cancel({ orderId }: Shown): Promise<Requested> {
    return this.#asTeam((tx) => requestCancel(tx, orderId, 'a test'));
  }

  replace({ orderId }: Shown, wish: ReplaceWish): Promise<Requested> {
    return this.#asTeam((tx) => requestReplace(tx, orderId, wish));
  }

  /** What the venue itself has: `sell 4 limit 5100: filled`, sorted; its own last word. */
  async atVenue(): Promise<string[]> {
    const log = await this.#world.venue.log();
    const ends = new Map<unknown, string>();
    for (const { kind, client_order_id: id, type } of log) if (kind === 'event') ends.set(id, String(type));
    return log
      .filter(({ kind }) => kind === 'order')
      .map((line) => {
        const { side, quantity, symbol, type, stop_price: stop, limit_price: limit, reduce_only: reduces } = line;
        const terms = [type, stop, limit].filter((part) => part !== undefined).join(' ');
        const last = ends.get(line['client_order_id']);
        return `${String(side)} ${String(quantity)} ${String(symbol)} ${terms}${reduces ? ' reduce-only' : ''}: ${last}`;
      })
      .sort();
  }

  /** Sums of postings by ledger account, and what is reserved and held: of one moment, so one statement reads both. */
  async sums(): Promise<{ readonly postings: Record<string, string>; readonly exposure: string }> {
    const { database, team } = this.#world;
    const [row] = await database.admin<{ postings: Record<string, string>; reserved: string; held: string }>(
      `select e.reserved::text as reserved, e.held::text as held,
              (select coalesce(jsonb_object_agg(p.ledger_account, p.amount::text order by p.ledger_account), '{}')
                 from (select ledger_account, sum(amount) as amount from keelson.postings where team_id = $1
                        group by ledger_account having sum(amount) <> 0) p) as postings
         from keelson.exposures e where e.account_id = $2 and e.scope = 'account'`,
      [team.teamId, team.accountId],
    );
    const { postings, reserved, held } = row!;
    return {
      postings: Object.fromEntries(Object.entries(postings).map(([account, amount]) => [account, plain(amount)])),
      exposure: `reserved ${plain(reserved)}, held ${plain(held)}`,
    };
  }

  /** The events of a signal on the stream's channel `orders`, in their order. */
  async told(signalId: Id): Promise<string[]> {
    const rows = await this.#world.database.admin<{ event: string }>(
      `select event from keelson.stream_events where signal_id = $1 and channel = 'orders' order by stream_offset`,
      [signalId],
    );
    return rows.map(({ event }) => event);
  }

  async #execution(signalId: Id): Promise<string> {
    const [fill] = await this.#world.database.admin<{ execution_id: string }>(
      'select execution_id from keelson.fills where signal_id = $1 order by executed_at limit 1',
      [signalId],
    );
    return fill!.execution_id;
  }

  #asTeam<Answer>(act: Parameters<World['database']['db']['transaction']>[1]): Promise<Answer> {
    const { database, team } = this.#world;
    return database.db.transaction(team.teamId, act) as Promise<Answer>;
  }
}

import type { Exits, Message, Side } from '@keelson/contracts';
import { Decimal, decimalText, deriveId, type Id, newId, notional } from '@keelson/kernel';
import { FlowRunner, Owner } from '@keelson/messaging';
import { seedTeam, type SeededTeam, type TestDatabase, testDatabase } from '@keelson/testkit';
import { book } from '../../src/index.ts';

/** A fill as tests write it; one order each. */
export interface TestFill {
  readonly side: Side;
  readonly quantity: number | string;
  readonly price: number | string;
  readonly symbol?: string;
  readonly fee?: string;
  readonly strategy?: string;
  readonly exits?: Exits;
  /** ISO 8601; every fill a second after the one before by default. */
  readonly at?: string;
}

interface Instrument {
  readonly multiplier: string;
  readonly currency: string;
}

/** What the books of an account say: of two accounts with the same trades, the same. */
export interface Books {
  readonly positions: unknown[];
  readonly trades: unknown[];
  readonly cash: Record<string, string>;
  readonly accounts: Record<string, string>;
  readonly days: unknown[];
  readonly streaks: unknown[];
  readonly held: string;
}

const BOOKS = `
  select
    (select coalesce(jsonb_agg(jsonb_build_array(symbol, quantity::float8, cost::float8, average_price::float8, realised_profit::float8)
              order by symbol), '[]')
       from keelson.positions where account_id = $1 and (quantity <> 0 or realised_profit <> 0)) as positions,
    (select coalesce(jsonb_agg(jsonb_build_array(trade_id, symbol, direction, quantity::float8, entry_price::float8,
              exit_price::float8, exit_quantity::float8, realised_profit::float8, fees::float8, initial_risk::float8,
              lowest_price::float8, highest_price::float8, opened_at, closed_at) order by opened_at, trade_id), '[]')
       from keelson.trades where account_id = $1 and voided_at is null) as trades,
    (select coalesce(jsonb_object_agg(currency, cash::float8::text), '{}') from keelson.balances
      where account_id = $1 and cash <> 0) as cash,
    (select coalesce(jsonb_object_agg(name, total::float8::text), '{}')
       from (select p.ledger_account || ' ' || p.currency as name, sum(p.amount) as total
               from keelson.postings p join keelson.entries e using (entry_id) where e.account_id = $1
              group by 1 having sum(p.amount) <> 0) sums) as accounts,
    (select coalesce(jsonb_agg(jsonb_build_array(trading_day, currency, realised_profit::float8, fees::float8, fills)
              order by trading_day, currency), '[]')
       from keelson.account_days where account_id = $1 and (realised_profit, fees, fills) <> (0, 0, 0)) as days,
    (select coalesce(jsonb_agg(jsonb_build_array(strategy, consecutive_losses) order by strategy), '[]')
       from keelson.strategy_streaks where account_id = $1 and consecutive_losses <> 0) as streaks,
    (select held::float8::text from keelson.exposures where account_id = $1 and scope = 'account') as held`;

const AUDIT = `
  select
    (select count(*)::int from (select from keelson.postings where team_id = $2
      group by entry_id, currency having sum(amount) <> 0) unbalanced) as unbalanced,
    (select count(*)::int from keelson.positions p where account_id = $1 and quantity <> coalesce((
       select sum(case e.side when 'buy' then e.quantity else -e.quantity end) from keelson.entries e
        where e.account_id = p.account_id and e.symbol = p.symbol and e.quantity is not null
          and not exists (select from keelson.entries r where r.reverses = e.entry_id)), 0)) as "wrongQuantities",
    (select count(*)::int from keelson.positions p where account_id = $1
        and (case when quantity < 0 then -cost else cost end, -realised_profit) <> (
       select coalesce(sum(q.amount) filter (where q.ledger_account = 'position:' || p.symbol), 0),
              coalesce(sum(q.amount) filter (where q.ledger_account = 'realised_profit'), 0)
         from keelson.postings q join keelson.entries e using (entry_id)
        where e.account_id = p.account_id and e.symbol = p.symbol)) as "wrongCosts",
    (select count(*)::int from keelson.balances b where account_id = $1 and cash <> (
       select coalesce(sum(p.amount), 0) from keelson.postings p join keelson.entries e using (entry_id)
        where e.account_id = b.account_id and p.currency = b.currency and p.ledger_account = 'cash')) as "wrongCash",
    (select (held - (select coalesce(sum(cost - relieved), 0) from keelson.positions where account_id = $1))::float8
       from keelson.exposures where account_id = $1 and scope = 'account') as "heldBeyondCost",
    (select coalesce(sum(realised_profit), 0)::float8 from keelson.account_days where account_id = $1)
      - (select coalesce(sum(realised_profit), 0)::float8 from keelson.positions where account_id = $1) as "daysBeyondPositions"`;

export const SOUND = {
  unbalanced: 0,
  wrongQuantities: 0,
  wrongCosts: 0,
  wrongCash: 0,
  heldBeyondCost: 0,
  daysBeyondPositions: 0,
};

/** The first instant of a trading day of tests: a Monday, ten in New York. */
const FIRST = Date.parse('2026-03-02T15:00:00.000Z');

/** A ledger on a real database, into which fills come as apply hands them over: through the outbox, to step book. */
export class LedgerWorld {
  readonly database: TestDatabase;
  readonly runner: FlowRunner;
  team!: SeededTeam;
  #instruments = new Map<string, Instrument>();
  #number = 0;

  private constructor(database: TestDatabase) {
    this.database = database;
    const owner = new Owner(database.db);
    this.runner = new FlowRunner({ database: database.db, owner, handlers: [book], wake: () => undefined, fuse: true });
  }

  static async start(): Promise<LedgerWorld> {
    const world = new LedgerWorld(await testDatabase());
    await world.newAccount();
    await world.addInstrument('ES', 'future', '50');
    await world.addInstrument('ACME', 'equity', '1');
    return world;
  }

  close(): Promise<void> {
    return this.database.close();
  }

  /** Another team with an empty account; what follows goes there. */
  async newAccount(): Promise<SeededTeam> {
    this.team = await seedTeam(this.database);
    this.#number = 0;
    return this.team;
  }

  async addInstrument(symbol: string, kind: string, multiplier: string, currency = 'USD'): Promise<void> {
    this.#instruments.set(symbol, { multiplier, currency });
    await this.database.admin(
      `insert into keelson.instruments (symbol, name, kind, currency, tick_size, multiplier)
       values ($1, $1, $2, $3, 0.01, $4) on conflict do nothing`,
      [symbol, kind, currency, multiplier],
    );
  }

  async addOption(symbol: string, right: 'call' | 'put', underlying: string, strike: string): Promise<void> {
    this.#instruments.set(symbol, { multiplier: '100', currency: 'USD' });
    await this.database.admin(
      `insert into keelson.instruments (symbol, name, kind, currency, tick_size, multiplier, expires_at, underlying, strike, option_right)
       values ($1, $1, 'option', 'USD', 0.01, 100, '2026-03-20T20:00:00Z', $3, $4, $2)`,
      [symbol, right, underlying, strike],
    );
  }

  /** Writes signal, order and fill as the steps before do, and leaves the fill's message for book. */
  async prepare(fill: TestFill): Promise<Message<'order.filled'>> {
    const symbol = fill.symbol ?? 'ACME';
    const { multiplier, currency } = this.#instruments.get(symbol)!;
    const { teamId, accountId } = this.team;
    const executedAt = fill.at ?? new Date(FIRST + 1_000 * (this.#number += 1)).toISOString();
    const [signalId, intentId, orderId, fillId] = [newId(), newId(), newId(), newId()];
    const [quantity, price] = [String(fill.quantity), String(fill.price)];
    await this.database.admin(
      `with signal as (
         insert into keelson.signals (signal_id, team_id, account_id, strategy, symbol, side, quantity, price, received_at, expires_at, origin)
         values ($1, $2, $3, $4, $5, $6, $7, $8, now(), now(), 'operator')),
       intent as (
         insert into keelson.intents (intent_id, team_id, signal_id, account_id, symbol, side, quantity, notional, exits)
         values ($9, $2, $1, $3, $5, $6, $7, 0, $10)),
       placed as (
         insert into keelson.orders (order_id, team_id, intent_id, submit_message_id, signal_id, account_id, broker, client_order_id,
           symbol, side, type, quantity, reference_price, multiplier, currency, status, filled_quantity, reserved, expires_at, completed_at)
         values ($11::uuid, $2, $9, $11::uuid, $1, $3, 'paper', $11::uuid::text, $5, $6, 'market', $7, $8, $12, $13, 'filled', $7, 0, now(), now()))
       insert into keelson.fills (fill_id, team_id, order_id, signal_id, quantity, price, executed_at)
       values ($14, $2, $11::uuid, $1, $7, $8, $15)`,
      [
        ...[signalId, teamId, accountId, fill.strategy ?? 'test', symbol, fill.side, quantity, price, intentId],
        ...[fill.exits ?? null, orderId, multiplier, currency, fillId, executedAt],
      ],
    );
    const worth = notional(new Decimal(quantity), new Decimal(price), new Decimal(multiplier));
    await this.database.admin(`update keelson.exposures set held = held + $2 where account_id = $1`, [
      accountId,
      decimalText(worth),
    ]);
    return {
      ...{ id: deriveId('order.filled', fillId), type: 'order.filled', teamId, key: fillId },
      payload: {
        ...{ fillId, orderId, intentId, signalId, accountId, symbol, side: fill.side, quantity, price, multiplier },
        ...{ currency, executedAt, ...(fill.fee !== undefined && { fee: fill.fee }) },
      },
    };
  }

  /** Leaves a message in the outbox and runs book for it. */
  async run(message: Message<'order.filled'> | Message<'order.fill_busted'>): Promise<void> {
    const { signalId } = message.payload;
    await this.database.admin(
      `insert into keelson.outbox (outbox_id, step, team_id, signal_id, type, key, payload)
       values ($1, 'book', $2, $3, $4, $5, $6) on conflict do nothing`,
      [message.id, message.teamId, signalId, message.type, message.key, message.payload],
    );
    await this.runner.runWaiting({ outboxId: message.id, step: 'book', teamId: message.teamId, signalId });
  }

  /** Books fills in one commit, in this order, as the runner does for signals that share one. */
  async runTogether(messages: readonly Message<'order.filled'>[]): Promise<void> {
    await this.database.db.transaction(this.team.teamId, async (tx) => {
      const reads = messages.map(({ payload: { signalId } }) =>
        tx.inLane(signalId, () => book.prefetch(tx, signalId, 'apply')),
      );
      const contexts = await Promise.all(reads);
      messages.forEach((message, index) => {
        const { teamId, payload } = message;
        const work = { tx, teamId, signalId: payload.signalId, afterCommit: () => undefined };
        tx.inLane(payload.signalId, () => book.handle(message, contexts[index]!, work));
      });
    });
  }

  async fill(fill: TestFill): Promise<Message<'order.filled'>> {
    const message = await this.prepare(fill);
    await this.run(message);
    return message;
  }

  bustOf({ teamId, payload }: Message<'order.filled'>, at = '2026-03-02T20:00:00.000Z'): Message<'order.fill_busted'> {
    const { fillId, orderId, intentId, signalId, accountId, symbol } = payload;
    return {
      ...{ id: deriveId('order.fill_busted', fillId), type: 'order.fill_busted', teamId, key: fillId },
      payload: { fillId, orderId, intentId, signalId, accountId, symbol, reason: 'clearly erroneous', at },
    };
  }

  /** What was said on the way to the screens so far. */
  async told(): Promise<{ type: string; payload: Record<string, unknown> }[]> {
    return this.database.admin(
      `select type, payload from keelson.outbox where team_id = $1 and step = 'publish' order by created_at`,
      [this.team.teamId],
    );
  }

  async books(): Promise<Books> {
    const [row] = await this.database.admin<Books & Record<string, unknown>>(BOOKS, [this.team.accountId]);
    return row!;
  }

  /** All zero when position, postings, balances, days and exposure agree with each other. */
  async audit(): Promise<typeof SOUND> {
    const { accountId, teamId } = this.team;
    const [row] = await this.database.admin<typeof SOUND & Record<string, unknown>>(AUDIT, [accountId, teamId]);
    return row!;
  }

  accountOf(): { teamId: Id; accountId: Id } {
    return { teamId: this.team.teamId, accountId: this.team.accountId };
  }
}

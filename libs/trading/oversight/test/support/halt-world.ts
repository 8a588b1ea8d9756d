import { type Broker, LoopbackBroker, PaperBroker } from '@keelson/brokers';
import { PaperVenue } from '@keelson/brokers/testing';
import { type Id, newId } from '@keelson/kernel';
import { Owner } from '@keelson/messaging';
import { originate } from '@keelson/orders';
import { Database } from '@keelson/persistence';
import type { Scope } from '@keelson/risk';
import { seedTeam, type SeededTeam, testDatabase, type TestDatabase } from '@keelson/testkit';
import { requestHalt } from '../../src/halt/block.ts';
import type { Halt, HaltRequest } from '../../src/halt/halt.ts';
import type { HaltParts } from '../../src/halt/parts.ts';
import { HaltProcedure } from '../../src/halt/procedure.ts';
import { runnerOf } from './order-steps.ts';

/** A process that may drive halts, with connections and a session of its own. */
export interface Driver {
  readonly parts: HaltParts;
  readonly procedure: HaltProcedure;
  readonly errors: unknown[];
  stop(): Promise<void>;
}

/** Postgres, the venue's process and one team; no queue, no worker, no service. */
export class HaltWorld {
  readonly database: TestDatabase;
  readonly venue: PaperVenue;
  readonly team: SeededTeam;
  readonly #drivers = new Set<Driver>();
  #logEnd = 0;

  private constructor(database: TestDatabase, venue: PaperVenue, team: SeededTeam) {
    this.database = database;
    this.venue = venue;
    this.team = team;
  }

  static async start(): Promise<HaltWorld> {
    const [database, venue] = await Promise.all([
      testDatabase(),
      PaperVenue.start({ env: { HOME: process.env['HOME'] ?? '' } }),
    ]);
    return new HaltWorld(database, venue, await seedTeam(database));
  }

  get scope(): Scope {
    return { kind: 'account', teamId: this.team.teamId, accountId: this.team.accountId };
  }

  /** Blocks; `over` may ask for more than a plain halt of the account. */
  request(over: Partial<HaltRequest> = {}): Promise<Halt> {
    const plain = { scope: this.scope, cancelAll: false, flatten: false, reason: 'a test', actor: 'tester' } as const;
    return requestHalt(this.database.db, { ...plain, origin: 'operator', ...over }, () => undefined);
  }

  async driver(over: (parts: HaltParts) => Partial<HaltParts> = () => ({})): Promise<Driver> {
    const database = new Database({ url: this.database.appUrl, poolSize: 6, applicationName: 'halt-driver' });
    const owner = new Owner(database);
    await owner.start();
    const all: Broker[] = [new PaperBroker({ url: this.venue.url }), new LoopbackBroker()];
    const brokers = new Map(all.map((broker) => [broker.name, broker]));
    const runner = runnerOf(database, owner, brokers);
    const errors: unknown[] = [];
    const base: HaltParts = {
      ...{ database, owner, brokers, announce: () => undefined },
      run: (wakeUp) => runner.runWaiting(wakeUp),
      onError: (error) => errors.push(error),
    };
    const parts = { ...base, ...over(base) };
    const driver: Driver = {
      ...{ parts, errors, procedure: new HaltProcedure(parts) },
      stop: async () => {
        if (!this.#drivers.delete(driver)) return;
        await owner.stop();
        await Promise.all(all.map((broker) => broker.close()));
        await database.close();
      },
    };
    this.#drivers.add(driver);
    return driver;
  }

  /** Drives a halt to its end with a driver of its own. */
  async drive({ haltId }: Halt, withinMs = 15_000): Promise<Halt> {
    const driver = await this.driver();
    const halt = await driver.procedure.drive(haltId, AbortSignal.timeout(withinMs));
    await driver.stop();
    if (halt?.phase !== 'done') throw new Error(`Not done: ${JSON.stringify(halt)} ${String(driver.errors[0])}`);
    return halt;
  }

  /** An order entered by hand at the venue, far from the market, so that it rests. */
  async manualOrder(over: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const { accountId, symbol } = this.team;
    const resting = { type: 'limit', limit_price: '0.0001', time_in_force: 'gtc', side: 'buy', quantity: '1' };
    await this.venue.post('/v1/control/orders', { account: accountId, symbol, ...resting, ...over });
  }

  /** Sets what the venue says that the account holds. */
  async position(quantity: string, symbol = this.team.symbol): Promise<void> {
    const change = { change: 'position', account: this.team.accountId, symbol, quantity };
    await this.venue.post('/v1/control/book', change);
  }

  /** What the venue shows, asked past every adapter. */
  async shown(): Promise<{ open: number; positions: Readonly<Record<string, string>> }> {
    const read = async (path: string) => (await fetch(`${this.venue.url}${path}`)).json() as Promise<Shown>;
    const { accountId } = this.team;
    const [{ orders }, { positions }] = await Promise.all([
      read(`/v1/orders?status=open&account=${accountId}`),
      read(`/v1/positions?account=${accountId}`),
    ]);
    return {
      open: orders!.length,
      positions: Object.fromEntries(positions!.map(({ symbol, quantity }) => [symbol, quantity])),
    };
  }

  /** Executions of the account since the last reset, by the venue's own log. */
  async executed(): Promise<readonly { side: unknown; quantity: unknown }[]> {
    const lines = await this.venue.log();
    return lines
      .slice(this.#logEnd)
      .filter(({ kind, type, account }) => kind === 'event' && type === 'filled' && account === this.team.accountId)
      .map(({ side, quantity }) => ({ side, quantity }));
  }

  /** An order whose attempt somebody claimed and nobody resolves: its process is dead, or frozen. */
  async claim({ deadlineInMs }: { deadlineInMs: number }): Promise<{ signalId: Id; deadline: Date }> {
    const { accountId, teamId, symbol } = this.team;
    const { signalId, orderId } = await this.database.db.transaction(teamId, (tx) =>
      originate(tx, {
        ...{ origin: 'operator', key: newId(), strategy: 'test', role: 'entry', accountId, broker: 'paper', symbol },
        ...{ side: 'buy', quantity: '1', referencePrice: '1', reduceOnly: false },
        terms: { type: 'market', timeInForce: 'day' },
        expiresAt: new Date(Date.now() + 60_000),
      }),
    );
    const [row] = await this.database.admin<{ deadline: Date }>(
      `update keelson.orders set status = 'submitted', attempt = 1,
              deadline = clock_timestamp() + $2 * interval '1 millisecond'
        where order_id = $1 returning deadline`,
      [orderId, deadlineInMs],
    );
    return { signalId, deadline: row!.deadline };
  }

  /** Takes a claim away, as its resolution would. */
  async forget(signalId: Id): Promise<void> {
    await this.database.admin('delete from keelson.outbox where signal_id = $1', [signalId]);
  }

  /** Trading is on again, whatever was halted: for the next test. */
  async reset(): Promise<void> {
    const { admin } = this.database;
    await this.venue.reset();
    this.#logEnd = (await this.venue.log()).length;
    await admin(`update keelson.trading_states set state = 'ACTIVE', halt_generation = halt_generation + 1`);
    await admin('delete from keelson.halt_orders');
    await admin('delete from keelson.halt_accounts');
    await admin('delete from keelson.halts');
  }

  async close(): Promise<void> {
    for (const driver of this.#drivers) await driver.stop();
    await Promise.all([this.database.close(), this.venue.stop()]);
  }
}

interface Shown {
  readonly orders?: readonly unknown[];
  readonly positions?: readonly { readonly symbol: string; readonly quantity: string }[];
}

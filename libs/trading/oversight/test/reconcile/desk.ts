import { setTimeout as sleep } from 'node:timers/promises';
import { PaperBroker, reportMessage } from '@keelson/brokers';
import { PaperVenue } from '@keelson/brokers/testing';
import type { Message, OrderTerms, Side } from '@keelson/contracts';
import { newId } from '@keelson/kernel';
import { book } from '@keelson/ledger';
import { FlowRunner, Owner } from '@keelson/messaging';
import { apply, originate, type Originated } from '@keelson/orders';
import { Database } from '@keelson/persistence';
import { seedTeam, type SeededTeam, testDatabase, type TestDatabase } from '@keelson/testkit';
import { Activity } from '../../src/reconcile/activity.ts';
import type { CheckResult } from '../../src/reconcile/account-check.ts';
import { hasten } from '../../src/reconcile/schedule.store.ts';
import { Reconciler } from '../../src/reconcile/reconciler.ts';
import { type Books, booksOfVenue, ourBooks } from './venue-books.ts';

/** A limit that no price of the simulated walk reaches: the order stands. */
export const RESTING: OrderTerms = { type: 'limit', timeInForce: 'gtc', limitPrice: '1000' };
const MARKET: OrderTerms = { type: 'market', timeInForce: 'day' };

/** A drift as it is on record. */
export interface DriftRow {
  readonly drift_id: string;
  readonly kind: string;
  readonly subject: string;
  readonly treatment: string;
  readonly state: string;
  readonly led_to: string | null;
  readonly attempts: number;
}

/**
 * One account on a real Postgres at the real venue's process, with the steps that take a venue's word, and reconciliation.
 * Orders are sent by the desk itself, as route does, so that a test decides what our books hear of the answer. No stream
 * is listened to: what the venue does without being asked is only found by looking.
 */
export class Desk {
  readonly database: TestDatabase;
  readonly venue: PaperVenue;
  readonly team: SeededTeam;
  readonly broker: PaperBroker;
  readonly errors: unknown[] = [];
  readonly checks: CheckResult[] = [];
  readonly announced: Message[] = [];
  readonly #pool: Database;
  readonly #owner: Owner;
  readonly #runner: FlowRunner;
  readonly #activity = new Activity();
  #reconciler: Reconciler | undefined;

  private constructor(database: TestDatabase, venue: PaperVenue, team: SeededTeam) {
    this.database = database;
    this.venue = venue;
    this.team = team;
    this.broker = new PaperBroker({ url: venue.url });
    this.#pool = new Database({ url: database.appUrl, poolSize: 6, applicationName: 'desk' });
    this.#owner = new Owner(this.#pool);
    this.#runner = new FlowRunner({
      ...{ database: this.#pool, owner: this.#owner, handlers: [apply, book], fuse: true },
      wake: (wakeUp) => {
        if (wakeUp.step !== 'route') void this.#runner.runWaiting(wakeUp).catch((error) => this.errors.push(error));
      },
    });
  }

  static async open(): Promise<Desk> {
    const [database, venue] = await Promise.all([
      testDatabase(),
      PaperVenue.start({ env: { HOME: process.env['HOME'] ?? '' } }),
    ]);
    const desk = new Desk(database, venue, await seedTeam(database, { reconciled: false }));
    await desk.#owner.start();
    return desk;
  }

  /** A desk that compares, and whose account trades. */
  static async openVouched(): Promise<Desk> {
    const desk = await Desk.open();
    await desk.reconcile();
    await desk.until(async () => (await desk.state()).vouched);
    return desk;
  }

  /** Starts to compare; the account is looked at every half second or so. */
  async reconcile(): Promise<void> {
    this.#reconciler = new Reconciler({
      ...{ database: this.#pool, owner: this.#owner, activity: this.#activity },
      brokers: new Map([[this.broker.name, this.broker]]),
      emit: (teamId, signalId, messages) => this.#runner.emit({ step: 'reconcile', teamId, signalId, messages }),
      announce: (_, message) => void this.announced.push(message),
      onError: (error) => this.errors.push(error),
      onChecked: (_, result) => this.checks.push(result),
      quietMs: 300,
    });
    await this.#reconciler.start();
  }

  async stopReconciling(): Promise<void> {
    await this.#reconciler?.stop();
    this.#reconciler = undefined;
  }

  /** Sends an order and books what the venue answers; with `deaf`, nothing of the answer but that it is there. */
  async place(options: { side?: Side; quantity?: string; terms?: OrderTerms } = {}): Promise<Originated> {
    const { side = 'buy', quantity = '4', terms = MARKET } = options;
    const { teamId, accountId, symbol } = this.team;
    const common = { accountId, symbol, side, quantity, terms, reduceOnly: false, referencePrice: '5000' };
    const order = await this.#pool.transaction(teamId, (tx) =>
      originate(tx, {
        ...{ ...common, origin: 'operator', key: newId(), strategy: 'desk', broker: 'paper', role: 'entry' },
        expiresAt: new Date(Date.now() + 60_000),
      }),
    );
    const { orderId, clientOrderId, signalId } = order;
    await this.database.admin(
      `update keelson.orders set status = 'submitted', submitted_at = clock_timestamp() where order_id = $1`,
      [orderId],
    );
    const deadline = new Date(Date.now() + 5_000);
    const outcome = await this.broker.submit({ ...common, account: accountId, clientOrderId }, deadline);
    if (outcome.outcome !== 'accepted' && outcome.outcome !== 'rejected') {
      throw new Error(`The venue did not decide: ${JSON.stringify(outcome)}`);
    }
    await this.#runner.emit({
      step: 'reconcile',
      teamId,
      signalId,
      messages: outcome.reports.map((report) => reportMessage(teamId, report)),
    });
    await this.database.admin('delete from keelson.outbox where signal_id = $1', [signalId]);
    return order;
  }

  /** Cancels, and books that. */
  async cancel({ clientOrderId, signalId }: Originated): Promise<void> {
    const { teamId, accountId } = this.team;
    const outcome = await this.broker.cancel(clientOrderId, accountId);
    if (outcome.outcome !== 'cancelled') throw new Error(`Not cancelled: ${JSON.stringify(outcome)}`);
    const messages = outcome.reports.map((report) => reportMessage(teamId, report));
    await this.#runner.emit({ step: 'reconcile', teamId, signalId, messages });
  }

  /** Changes the venue's book, and tells nobody. */
  async change(change: Record<string, unknown>): Promise<void> {
    await this.venue.post('/v1/control/book', change);
  }

  /** The venue's executions of an order, newest last. */
  async executionsOf({ clientOrderId }: Originated): Promise<readonly string[]> {
    const all = await this.broker.executions(this.team.accountId, new Date(0));
    if (all.outcome !== 'known') throw new Error(all.reason);
    return all.items.filter((one) => one.clientOrderId === clientOrderId).map(({ executionId }) => executionId);
  }

  async drifts(): Promise<DriftRow[]> {
    return this.database.admin<DriftRow & Record<string, unknown>>(
      `select drift_id, kind, subject, treatment, state, led_to, attempts from keelson.reconciliation_drifts
        where account_id = $1 order by found_at, kind`,
      [this.team.accountId],
    );
  }

  async state(): Promise<{ state: string; vouched: boolean }> {
    const [row] = await this.database.admin<{ state: string; vouched: boolean }>(
      `select state, coalesce(vouched_until > now(), false) as vouched from keelson.reconciliations where account_id = $1`,
      [this.team.accountId],
    );
    return row!;
  }

  async tradingState(): Promise<string | undefined> {
    const rows = await this.database.admin<{ state: string }>(
      'select state from keelson.trading_states where scope = $1',
      [`account:${this.team.accountId}`],
    );
    return rows[0]?.state;
  }

  /** Waits until the account was compared `more` times from now on, each to its end. */
  async compared(more = 2): Promise<void> {
    const from = this.checks.length;
    await this.until(async () => this.checks.slice(from).filter(({ outcome }) => outcome === 'done').length >= more);
  }

  /** True when the next comparison begins so many seconds after the last fill of an order, at least. */
  async comparedBeyond({ orderId }: Originated, seconds: number): Promise<boolean> {
    const [row] = await this.database.admin<{ beyond: boolean }>(
      `select verified_until > (select max(executed_at) from keelson.fills where order_id = $2) + $3 * interval '1 second'
              as beyond from keelson.reconciliations where account_id = $1`,
      [this.team.accountId, orderId, seconds],
    );
    return row!.beyond;
  }

  /** Waits until it is so; the account is compared at once, again and again. */
  async until(isSo: () => Promise<boolean>, withinMs = 30_000): Promise<void> {
    for (const end = Date.now() + withinMs; !(await isSo()); await sleep(50)) {
      await this.#pool.relay((tx) => hasten(tx, this.team.accountId));
      if (Date.now() > end) {
        throw new Error(
          `Not so in time: ${JSON.stringify([await this.drifts(), await this.state(), this.checks.at(-1), await this.database.admin('select step, type, payload, attempts from keelson.outbox')])} ${String(this.errors)}`,
        );
      }
    }
  }

  async books(): Promise<{ ours: Books; venue: Books }> {
    const { accountId } = this.team;
    return { ours: await ourBooks(this.database, accountId), venue: booksOfVenue(await this.venue.log(), accountId) };
  }

  async close(): Promise<void> {
    await this.stopReconciling();
    await this.#owner.stop();
    await this.broker.close();
    await this.#pool.close();
    await Promise.all([this.venue.stop(), this.database.close()]);
  }
}

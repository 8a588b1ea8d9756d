import { type BrokerReport, reportMessage, type SimulatedBroker } from '@keelson/brokers';
import type { Id } from '@keelson/kernel';
import { book } from '@keelson/ledger';
import { FlowRunner, Owner, type WakeUp } from '@keelson/messaging';
import { apply, place } from '@keelson/orders';
import type { Database } from '@keelson/persistence';
import { VenueSide } from '@keelson/pipeline';
import { decide } from '@keelson/risk';
import { publishStep } from '@keelson/stream';
import { type HistorySignal, insertSignal, signalOfOrder } from './signal.store.ts';

const LEASE_MS = 10_000;

/** The flow itself, from decide to publish, one thing after the other in this process: no queue, no sweep, no clock of its own. */
export class HistoryFlow {
  readonly #database: Database;
  readonly #teamId: Id;
  readonly #owner: Owner;
  readonly #runner: FlowRunner;
  readonly #waiting: WakeUp[] = [];

  constructor(database: Database, teamId: Id, venue: SimulatedBroker) {
    this.#database = database;
    this.#teamId = teamId;
    this.#owner = new Owner(database);
    const settings = {
      leaseMs: LEASE_MS,
      onError: (error: unknown) => {
        throw error;
      },
    };
    const side = new VenueSide({ database, owner: this.#owner }, [venue], settings, () => this.#runner);
    this.#runner = new FlowRunner({
      ...{ database, owner: this.#owner, fuse: true },
      handlers: [decide, place, side.router, side.canceller, side.replacer, apply, book, publishStep(() => undefined)],
      wake: (wakeUp) => this.#waiting.push(wakeUp),
    });
  }

  start(): Promise<void> {
    return this.#owner.start();
  }

  stop(): Promise<void> {
    return this.#owner.stop();
  }

  /** Takes a signal through to its end, as far as it has one now. */
  async signal(signal: HistorySignal): Promise<void> {
    const wakeUp = await this.#database.transaction(this.#teamId, async (tx) => insertSignal(tx, signal));
    this.#waiting.push(wakeUp);
    await this.#drain();
  }

  /** Hands over what the venue said on its own, in its order. */
  async hear(reports: readonly BrokerReport[]): Promise<void> {
    for (const report of reports) {
      const { clientOrderId } = report.payload;
      const signalId = await this.#database.transaction(this.#teamId, (tx) => signalOfOrder(tx, clientOrderId));
      const messages = [reportMessage(this.#teamId, report)];
      await this.#runner.emit({ step: 'listen', teamId: this.#teamId, signalId, messages });
      await this.#drain();
    }
  }

  async #drain(): Promise<void> {
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) await this.#runner.runWaiting(next);
  }
}

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Broker, BrokerReport, OrderRequest, VenueOrder } from '../../src/broker.port.ts';

/** What the suite needs of a venue beside the adapter: weather on command, and the venue's own word on what happened. */
export interface VenueUnderTest {
  readonly broker: Broker;
  readonly account: string;
  readonly symbol: string;
  /** The next order is refused by the market. */
  rejectNext(): Promise<void>;
  /** The next request vanishes before the venue sees it. */
  dropNextRequest(): Promise<void>;
  /** The next order is accepted, and the connection cut instead of an answer. */
  loseNextReply(): Promise<void>;
  /** The next order reaches the venue, or its answer leaves, so much later. */
  delayNext(ms: number, stage: 'acceptance' | 'answer'): Promise<void>;
  /** Every order fills in two parts, the second so much later. */
  fillInTwoParts(pauseMs: number): Promise<void>;
  /** Answers 503 and cuts streams, or works again. */
  setAvailable(available: boolean): Promise<void>;
  /** Ends the venue's process at once, as a power cut would. */
  crash(): Promise<void>;
  restart(): Promise<void>;
  /** The price of the symbol is this, and stays. */
  setPrice(price: string): Promise<void>;
  /** Somebody enters an order by hand at the venue, which stands there without a client order id of ours. */
  enterByHand(): Promise<void>;
  /** The venue takes an execution back, or makes it another one. */
  bust(executionId: string): Promise<void>;
  correct(executionId: string, quantity: string, price: string): Promise<void>;
  /** Good weather again, and a price that moves. */
  calm(): Promise<void>;
  /** Orders with this client order id, by the venue's own records. */
  ordersAtVenue(clientOrderId: string): Promise<number>;
  close(): Promise<void>;
}

export function deadlineIn(ms: number): Date {
  return new Date(Date.now() + ms);
}

export function orderFor(venue: VenueUnderTest, change: Partial<OrderRequest> = {}): OrderRequest {
  return {
    clientOrderId: `kt-${randomUUID()}`,
    account: venue.account,
    symbol: venue.symbol,
    side: 'buy',
    terms: { type: 'market', timeInForce: 'day' },
    quantity: '10',
    reduceOnly: false,
    referencePrice: '100.00',
    ...change,
  };
}

/** A market order that filled at once, and what was said of it. */
export async function submitAccepted(
  venue: VenueUnderTest,
  change: Partial<OrderRequest> = {},
): Promise<{ clientOrderId: string; reports: readonly BrokerReport[] }> {
  const order = orderFor(venue, change);
  const outcome = await venue.broker.submit(order, deadlineIn(2_000));
  if (outcome.outcome !== 'accepted') throw new Error(`expected accepted, got ${outcome.outcome}`);
  return { clientOrderId: order.clientOrderId, reports: outcome.reports };
}

/** A limit order that stands; its client order id. */
export async function restingLimit(
  venue: VenueUnderTest,
  change: Partial<OrderRequest> = {},
  limitPrice = '50',
): Promise<string> {
  const order = orderFor(venue, { terms: { type: 'limit', timeInForce: 'gtc', limitPrice }, ...change });
  const outcome = await venue.broker.submit(order, deadlineIn(2_000));
  if (outcome.outcome !== 'accepted') throw new Error(`expected accepted, got ${outcome.outcome}`);
  return order.clientOrderId;
}

/** The order as the venue shows it among the open ones; undefined when it is not there. */
export async function openOrder(venue: VenueUnderTest, clientOrderId: string): Promise<VenueOrder | undefined> {
  const seen = await venue.broker.openOrders(venue.account);
  if (seen.outcome !== 'known') throw new Error(seen.reason);
  return seen.items.find((order) => order.clientOrderId === clientOrderId);
}

export function eventIds(reports: readonly BrokerReport[]): string[] {
  return reports.map(({ payload }) => payload.venueEventId);
}

/** Follows a venue's stream and keeps what came. */
export class Listener {
  readonly reports: BrokerReport[] = [];
  readonly cursors: string[] = [];
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;

  constructor(broker: Broker, after?: string) {
    this.#running = broker.stream(
      after,
      async (report, cursor) => {
        this.reports.push(report);
        this.cursors.push(cursor);
        await Promise.resolve();
      },
      this.#stop.signal,
    );
    // Failures are seen in stop(); without this a failure before it would end the test run.
    this.#running.catch(() => undefined);
  }

  of(clientOrderId: string): BrokerReport[] {
    return this.reports.filter(({ payload }) => payload.clientOrderId === clientOrderId);
  }

  /** Reports of an order once there are so many; throws when they do not come. */
  async until(clientOrderId: string, count: number, limitMs = 5_000): Promise<BrokerReport[]> {
    const until = Date.now() + limitMs;
    while (this.of(clientOrderId).length < count) {
      if (Date.now() > until) {
        throw new Error(`Expected ${count} reports of ${clientOrderId}, got ${this.of(clientOrderId).length}`);
      }
      await sleep(5);
    }
    return this.of(clientOrderId);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }
}

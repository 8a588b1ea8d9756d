import type {
  Broker,
  BrokerReport,
  CancelAllOutcome,
  CancelOutcome,
  FindOutcome,
  OrderRequest,
  PositionsOutcome,
  ReplaceOutcome,
  Snapshot,
  SubmitOutcome,
} from '../../broker.port.ts';
import type { BrokerCapabilities } from '../../capabilities.ts';

/**
 * The venue of the self-test: fills every order at once, inside this process, and remembers nothing. Never a venue for
 * an account of a person: it has no market, and nothing that it says outlives the process.
 */
export class LoopbackBroker implements Broker {
  readonly name = 'loopback';
  readonly capabilities: BrokerCapabilities = {
    rejectsDuplicateClientOrderIds: true,
    eventIds: 'derived',
    honoursDeadlines: true,
    resumesStreams: false,
    orderTypes: ['market'],
    timesInForce: ['day', 'gtc', 'ioc', 'fok'],
    replace: 'none',
    reduceOnly: false,
    cancelAll: 'all',
    requestsPerMinute: undefined,
    venueClockSkew: '0 milliseconds',
    answerGrace: '0 milliseconds',
    submitWithin: '1 second',
  };

  submit(order: OrderRequest): Promise<SubmitOutcome> {
    const { clientOrderId } = order;
    const said = { broker: this.name, clientOrderId, venueOrderId: clientOrderId, at: new Date().toISOString() };
    const filled: BrokerReport = {
      type: 'broker.filled',
      payload: {
        ...said,
        venueEventId: `${clientOrderId}/filled`,
        quantity: order.quantity,
        price: order.referencePrice ?? '1',
        cumulativeQuantity: order.quantity,
      },
    };
    return Promise.resolve({ outcome: 'accepted', reports: [filled] });
  }

  /** An order whose process died is not here any more, and may be sent again: the answer has the same event id. */
  find(): Promise<FindOutcome> {
    return Promise.resolve({ outcome: 'not_found' });
  }

  cancel(): Promise<CancelOutcome> {
    return Promise.resolve({ outcome: 'not_found' });
  }

  cancelAtVenue(): Promise<CancelOutcome> {
    return Promise.resolve({ outcome: 'not_found' });
  }

  /** Nothing is ever open here. */
  cancelAll(): Promise<CancelAllOutcome> {
    return Promise.resolve({ outcome: 'requested', count: 0 });
  }

  replace(): Promise<ReplaceOutcome> {
    return Promise.resolve({ outcome: 'not_found' });
  }

  openOrders(): Promise<Snapshot<never>> {
    return this.#nothing();
  }

  executions(): Promise<Snapshot<never>> {
    return this.#nothing();
  }

  balances(): Promise<Snapshot<never>> {
    return this.#nothing();
  }

  stream(_after: string | undefined, _onReport: unknown, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  }

  positions(): Promise<PositionsOutcome> {
    return Promise.resolve({ outcome: 'known', positions: [] });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #nothing(): Promise<Snapshot<never>> {
    return Promise.resolve({ outcome: 'known', asOf: new Date().toISOString(), items: [] });
  }
}

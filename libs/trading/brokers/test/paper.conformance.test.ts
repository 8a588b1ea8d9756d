import { paperCapabilities } from '../src/adapters/paper/capabilities.ts';
import { PaperBroker } from '../src/adapters/paper/client.ts';
import { describeBroker, type VenueUnderTest } from './conformance/describe-broker.ts';
import { PaperVenue } from './support/paper-venue.ts';

describeBroker('paper', makeVenue, paperCapabilities);

/** The real service, with the adapter as the worker has it but for shorter pauses. */
async function makeVenue(): Promise<VenueUnderTest> {
  const venue = await PaperVenue.start();
  const broker = new PaperBroker({
    url: venue.url,
    reconnectAfter: { least: '10 milliseconds', most: '100 milliseconds' },
  });
  return {
    broker,
    account: 'conformance',
    symbol: 'AAPL',
    rejectNext: () => venue.control({ reject_next: 1 }),
    dropNextRequest: () => venue.control({ drop_next_requests: 1 }),
    loseNextReply: () => venue.control({ lose_next_replies: 1 }),
    delayNext: (ms, stage) => venue.control({ delay_next: { count: 1, ms, stage } }),
    fillInTwoParts: (pauseMs) =>
      venue.control({ partial_fill_percent: 100, latency_ms: { min: pauseMs, max: pauseMs } }),
    setAvailable: (available) => venue.control({ unavailable: !available }),
    crash: async () => void (await venue.kill()),
    restart: () => venue.start(),
    setPrice: async (price) => void (await venue.post('/v1/control/prices', { symbol: 'AAPL', price })),
    enterByHand: async () => {
      const order = {
        account: 'conformance',
        symbol: 'AAPL',
        side: 'buy',
        quantity: '1',
        type: 'limit',
        limit_price: '40',
      };
      await venue.post('/v1/control/orders', order);
    },
    bust: async (id) => void (await venue.post('/v1/control/bust', { execution_id: id })),
    correct: async (id, quantity, price) =>
      void (await venue.post('/v1/control/correct', { execution_id: id, quantity, price })),
    calm: async () => {
      await venue.reset();
      await venue.post('/v1/control/prices', { symbol: 'AAPL' });
    },
    ordersAtVenue: async (id) =>
      (await venue.log()).filter((line) => line.kind === 'order' && line['client_order_id'] === id).length,
    close: async () => {
      await broker.close();
      await venue.stop();
    },
  };
}

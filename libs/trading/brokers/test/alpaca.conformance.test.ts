import { alpacaCapabilities } from '../src/adapters/alpaca/capabilities.ts';
import { describeBroker, type VenueUnderTest } from './conformance/describe-broker.ts';
import type { Skips } from './conformance/skips.ts';
import { alpacaVenue } from './support/alpaca-venue.ts';

/** What Alpaca cannot be brought to, or says nothing of; where it is shown in another way, the reason says where. */
const SKIPS: Skips = {
  'BC-24': 'a pair of keys is one account; positions with their signs are in alpaca-orders.test.ts',
  'BC-64': 'trade_updates documents no bust; executions leave it out, so reconciliation finds it',
  'BC-65': 'trade_updates documents no correction; executions show it, so reconciliation finds it',
};

describeBroker('alpaca', makeVenue, alpacaCapabilities, SKIPS);

/**
 * The adapter against the emulator. Orders fill before the answer leaves, as the suite expects of a venue; that the real
 * one answers first and fills later is what alpaca-stream.test.ts and alpaca-orders.test.ts are about.
 */
async function makeVenue(): Promise<VenueUnderTest> {
  // The allowance is tested on its own: the suite asks more in a few seconds than the venue allows in a minute.
  const { emulator, broker, close } = await alpacaVenue(
    { plan: { fill: 'at_once' }, requestsPerMinute: 100_000 },
    { requestsPerMinute: 100_000, account: 'conformance' },
  );
  const { weather } = emulator;
  return {
    broker,
    account: 'conformance',
    symbol: 'AAPL',
    rejectNext: async () => void (weather.rejectNext = true),
    dropNextRequest: async () => weather.next({ does: { kind: 'cut', when: 'before' } }),
    loseNextReply: async () => {
      for (const method of ['POST', 'PATCH']) weather.next({ method, does: { kind: 'cut', when: 'after' } });
    },
    delayNext: async (ms, stage) =>
      weather.next({ method: 'POST', does: { kind: 'wait', ms, when: stage === 'answer' ? 'after' : 'before' } }),
    fillInTwoParts: async (pauseMs) => void (weather.plan = { fill: 'at_once', restAfterMs: pauseMs }),
    setAvailable: async (available) => emulator.setAvailable(available),
    crash: () => emulator.crash(),
    restart: () => emulator.restart(),
    setPrice: async (price) => emulator.market.setPrice('AAPL', price),
    enterByHand: async () => {
      const body = { symbol: 'AAPL', qty: '1', side: 'buy', type: 'limit', time_in_force: 'day', limit_price: '40' };
      emulator.market.submit({ ...body, client_order_id: `web-${Date.now()}` });
    },
    bust: () => Promise.reject(new Error(SKIPS['BC-64'])),
    correct: () => Promise.reject(new Error(SKIPS['BC-65'])),
    calm: async () => {
      weather.calm();
      emulator.market.setPrice('AAPL', '100');
    },
    ordersAtVenue: async (id) =>
      emulator.log().filter(({ kind, order }) => kind === 'order' && order.client_order_id === id).length,
    close,
  };
}

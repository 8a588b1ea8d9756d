import { alpacaCapabilities } from '../src/adapters/alpaca/capabilities.ts';
import { describeBroker, type VenueUnderTest } from './conformance/describe-broker.ts';
import { alpacaVenue } from './support/alpaca-venue.ts';

describeBroker('alpaca', makeVenue, alpacaCapabilities);

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
    loseNextReply: async () => weather.next({ method: 'POST', does: { kind: 'cut', when: 'after' } }),
    delayNext: async (ms, stage) =>
      weather.next({ method: 'POST', does: { kind: 'wait', ms, when: stage === 'answer' ? 'after' : 'before' } }),
    fillInTwoParts: async (pauseMs) => void (weather.plan = { fill: 'at_once', restAfterMs: pauseMs }),
    setAvailable: async (available) => emulator.setAvailable(available),
    crash: () => emulator.crash(),
    restart: () => emulator.restart(),
    calm: async () => weather.calm(),
    ordersAtVenue: async (id) =>
      emulator.log().filter(({ kind, order }) => kind === 'order' && order.client_order_id === id).length,
    close,
  };
}

import type { BrokerCapabilities } from '../../capabilities.ts';

/** Alpaca's Trading API v2, as its adapter is: what the venue lacks and the adapter makes up for is said below. */
export const alpacaCapabilities: BrokerCapabilities = {
  rejectsDuplicateClientOrderIds: true,
  // Its execution ids are on the stream alone; ids made of order and cumulative quantity are the same whichever way.
  eventIds: 'derived',
  // It knows no deadline: an order may be taken long after we gave up. Sending it again is safe, since it would be refused.
  honoursDeadlines: false,
  // Its stream does not replay; the adapter closes each gap by query before it goes on.
  resumesStreams: true,
  orderTypes: ['market', 'limit', 'stop', 'stop_limit', 'trailing_stop'],
  timesInForce: ['day', 'gtc', 'ioc', 'fok'],
  replace: 'atomic',
  // `position_intent` is sent, but whether it is enforced depends on the asset: our own sizing is what counts.
  reduceOnly: false,
  cancelAll: 'all',
  requestsPerMinute: 200,
  // What a request may still spend between our socket and its books after we gave up on it.
  venueClockSkew: '5 seconds',
  answerGrace: '250 milliseconds',
  submitWithin: '1500 milliseconds',
};

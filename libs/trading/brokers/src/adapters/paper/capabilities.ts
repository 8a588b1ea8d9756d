import type { BrokerCapabilities } from '../../capabilities.ts';

/** The simulated venue, as services/paper-broker is. */
export const paperCapabilities: BrokerCapabilities = {
  rejectsDuplicateClientOrderIds: true,
  eventIds: 'venue',
  honoursDeadlines: true,
  resumesStreams: true,
  orderTypes: ['market', 'limit', 'stop', 'stop_limit', 'trailing_stop'],
  timesInForce: ['day', 'gtc', 'ioc', 'fok'],
  replace: 'atomic',
  reduceOnly: true,
  cancelAll: 'keeps_reduce_only',
  requestsPerMinute: undefined,
  paysFuturesInFull: true,
  // The venue runs on the same machine, or on one with a synchronised clock.
  venueClockSkew: '50 milliseconds',
  answerGrace: '700 milliseconds',
  submitWithin: '300 milliseconds',
};

import type { BrokerCapabilities } from '../../capabilities.ts';

/** The simulated venue, as services/paper-broker is. */
export const paperCapabilities: BrokerCapabilities = {
  rejectsDuplicateClientOrderIds: true,
  eventIds: 'venue',
  honoursDeadlines: true,
  resumesStreams: true,
  // The venue runs on the same machine, or on one with a synchronised clock.
  venueClockSkew: '50 milliseconds',
  submitWithin: '300 milliseconds',
};

/** Injection token of the incarnation of the venue's log, the first part of every id that the venue gives. */
export const LOG_ID = Symbol('paper-broker.log-id');

/** Injection token of what the venue's decisions need, together. */
export const VENUE_PARTS = Symbol('paper-broker.venue-parts');
